// Schedules as the steps of agents, tests/injector/play/compile/: NAME.yml begins with
// "# hosts: a,b SERVICE=HOST..", NAME.steps is what is loaded, or why not.
// CUTSET_WRITE_EXPECTED=1 writes what is expected instead of comparing; then read the
// difference.
#include "injector/play/compile.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "random_schedule.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/play/step_action.h"

namespace cutset::injector::play {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/play/compile/";

/// What an agent or the player would stumble over.
void check_invariants(const CompiledPlan& compiled, const fdsl::Plan& plan) {
  std::set<StepPlace> places;
  for (const HostSteps& host : compiled.hosts) {
    for (const auto& step : host.steps) {
      EXPECT_TRUE(places.insert({host.host, step.id()}).second) << step.id();
    }
  }
  const auto is_there = [&](const std::string& host, const std::string& step) {
    EXPECT_TRUE(places.contains({host, step})) << step << " is not on " << host;
  };
  std::set<StepPlace> relayed;
  for (const Relay& relay : compiled.relays) {
    for (const StepPlace& place : relay.sources) is_there(place.host, place.step);
    for (const StepPlace& place : relay.targets) {
      is_there(place.host, place.step);
      EXPECT_TRUE(relayed.insert(place).second) << place.step << " is relayed twice";
    }
    if (compiled.problems.empty() && !relay.targets.empty()) {
      EXPECT_FALSE(relay.sources.empty()) << relay.moment;
    }
  }
  for (const BeginningInstance& instance : compiled.beginning) {
    relayed.insert(instance.place);
  }
  for (const HostSteps& host : compiled.hosts) {
    for (const auto& step : host.steps) {
      EXPECT_NE(step.due_case(), agent::v1::Step::DUE_NOT_SET) << step.id();
      EXPECT_NE(step.action_case(), agent::v1::Step::ACTION_NOT_SET) << step.id();
      if (!step.has_when()) continue;
      EXPECT_GT(step.when().timeout_ns(), 0) << step.id();
      if (step.when().has_step()) is_there(host.host, step.when().step().step());
      // Somebody fires what waits for the controller, and nothing else.
      EXPECT_EQ(step.when().controller(), relayed.contains({host.host, step.id()}))
          << step.id();
    }
  }
  if (!compiled.problems.empty()) return;
  size_t planned = 0;
  for (const auto& moment : plan.moments) planned += moment.actions.size();
  EXPECT_EQ(compiled.actions.size(), planned);
  for (const CompiledAction& action : compiled.actions) {
    EXPECT_TRUE(!action.steps.empty() || action.request > 0) << action.id;
    for (const StepPlace& place : action.steps) is_there(place.host, place.step);
    for (const StepPlace& place : action.followed) is_there(place.host, place.step);
  }
}

CompiledPlan compiled(const std::string& text) {
  const std::string first = text.substr(0, text.find('\n'));
  const std::string head = "# hosts: ";
  EXPECT_TRUE(first.starts_with(head)) << first;
  std::vector<std::string> words = split(first.substr(head.size()), " ");
  const std::string hosts = words.front();
  words.erase(words.begin());
  const auto placement = fdsl::parse_placement(hosts, words);
  EXPECT_TRUE(placement) << placement.error().message;
  const fdsl::ScheduleReading reading = fdsl::read_schedule(text, "f.yml");
  for (const Error& problem : reading.problems) ADD_FAILURE() << problem.text();
  const auto plan = fdsl::make_plan(reading.schedule, *placement);
  EXPECT_TRUE(plan) << plan.error().message;
  CompiledPlan result = compile(reading.schedule, *plan, "f.yml");

  // Invariants 2 and 3.
  if (result.problems.empty()) {
    size_t planned = 0;
    for (const auto& moment : plan->moments) planned += moment.actions.size();
    EXPECT_EQ(result.actions.size(), planned);
  }
  for (const HostSteps& host : result.hosts) {
    std::set<std::string> ids;
    for (const auto& step : host.steps) {
      EXPECT_TRUE(ids.insert(step.id()).second) << step.id();
      if (step.when().has_step()) {
        EXPECT_TRUE(std::any_of(
            host.steps.begin(), host.steps.end(),
            [&](const auto& other) { return other.id() == step.when().step().step(); }))
            << step.id() << " follows what is not on its host";
      }
    }
  }
  return result;
}

TEST(Compile, Files) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const auto text = read_file(file);
    ASSERT_TRUE(text);
    const CompiledPlan plan = compiled(*text);
    std::string shown;
    for (const Error& problem : plan.problems) shown += problem.text() + "\n";
    if (plan.problems.empty()) shown = steps_text(plan);
    const std::string path = file.substr(0, file.size() - 4) + ".steps";
    if (std::getenv("CUTSET_WRITE_EXPECTED") != nullptr) {
      ASSERT_TRUE(write_file(path, shown));
      continue;
    }
    const auto expected = read_file(path);
    ASSERT_TRUE(expected) << path << " is missing";
    EXPECT_EQ(*expected, shown);
  }
}

TEST(Compile, RandomSchedules) {
  int played = 0;
  int refused = 0;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const fdsl::Schedule schedule = fdsl::RandomSchedule(seed).make();
    const fdsl::ScheduleReading reading =
        fdsl::read_schedule(fdsl::write_schedule(schedule), "f");
    if (!reading.problems.empty()) continue;
    fdsl::Placement placement;
    placement.hosts = {"a", "b", "c"};
    const auto plan = fdsl::make_plan(reading.schedule, placement);
    ASSERT_TRUE(plan);
    const CompiledPlan result = compile(reading.schedule, *plan, "f");
    ++(result.problems.empty() ? played : refused);
    check_invariants(result, *plan);
    for (const Error& problem : result.problems) EXPECT_GT(problem.line, 0);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(played, 100);
  EXPECT_GT(refused, 100);
}

TEST(PosixPattern, SaysTheSame) {
  const std::vector<std::pair<std::string, std::string>> same = {
      {"ready", "ready"},
      {"a|b*c+d?e{2,3}$", "a|b*c+d?e{2,3}$"},
      {"\\d+ \\w\\s", "[0-9]+ [[:alnum:]_][[:space:]]"},
      {"\\D\\W\\S", "[^0-9][^[:alnum:]_][^[:space:]]"},
      {"(?:a|b)", "(a|b)"},
      {"\\.\\[x\\]", "\\.\\[x\\]"},
      {"[\\d.]", "[0-9.]"},
      {"[]x]", "[]x]"},
      {"[^\\s:]", "[^[:space:]:]"},
      {"[[:alpha:]_]", "[[:alpha:]_]"},
      {"a\\tb", "a\tb"},
  };
  for (const auto& [pattern, expected] : same) {
    const auto found = posix_pattern(pattern);
    ASSERT_TRUE(found) << pattern << ": " << found.error().message;
    EXPECT_EQ(*found, expected) << pattern;
  }
  for (const char* pattern :
       {"(?i)x", "a*?", "a+?", "a{2}?", "\\bx", "\\pL", "[\\]]", "[a", "x\\", "[\\-a]"}) {
    EXPECT_FALSE(posix_pattern(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace cutset::injector::play
