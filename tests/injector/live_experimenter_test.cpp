// The whole way on a real system: the real agent, three small services, real faults.
#include "injector/live_experimenter.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "identity/call_id.h"
#include "injector/campaign_schedule.h"
#include "injector/fdsl/read.h"

namespace cutset::injector {
namespace {

using namespace std::chrono_literals;
using campaign::ExperimentResult;
using campaign::FaultSet;
using State = campaign::OutcomeResult::State;
using lineage::Answer;

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/live/";
const std::string kOrder = "shop:POST /orders#1";
const std::string kStock = kOrder + " > stock:GET /items/:id";
const std::string kCharge = kOrder + " > pay:POST /charge#1";

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = std::filesystem::temp_directory_path() / "cutset-test-XXXXXX";
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Config live_config(const std::string& workload = "/orders") {
  const std::string file = kFolder + "cutset.yaml";
  ParsedConfig parsed =
      parse_config(*read_file(file), file, [&](const std::string& name) {
        return name == "WORKLOAD_PATH" ? std::optional(workload) : std::nullopt;
      });
  CHECK(parsed.problems.empty());
  return std::move(parsed.config);
}

FaultSet faults(std::vector<std::pair<std::string, std::string>> wanted) {
  FaultSet set;
  for (const auto& [event, mode] : wanted) {
    set.push_back({event, *identity::parse_fault_mode(mode)});
  }
  std::sort(set.begin(), set.end());
  return set;
}

class LiveTest : public ::testing::Test {
 protected:
  std::unique_ptr<LiveExperimenter> started(Config config = live_config()) {
    LiveOptions options;
    options.state_folder = folder_.path() + "/.cutset";
    options.agent_binary = CUTSET_TEST_AGENT;
    auto experimenter = std::make_unique<LiveExperimenter>(std::move(config), options);
    const Status status = experimenter->start();
    EXPECT_TRUE(status.ok()) << status.error().text();
    return experimenter;
  }

  ExperimentResult run(LiveExperimenter& experimenter, const FaultSet& planned) {
    campaign::RunOptions options;
    options.run = "r" + std::to_string(++runs_);
    auto result = experimenter.run(planned, options);
    EXPECT_TRUE(result) << result.error().text();
    if (!result) return {};
    check_invariants(result->execution);
    return std::move(*result);
  }

  static std::string calls(const ExperimentResult& result) {
    std::string text;
    for (const lineage::Call& call : result.execution.calls) {
      text += call.id.points.back().text() + (call.executed ? "" : "!") + " ";
    }
    return text;
  }
  static std::string states(const ExperimentResult& result) {
    std::string text;
    for (const auto& outcome : result.outcomes) {
      text += outcome.state == State::kHeld       ? "held "
              : outcome.state == State::kAccepted ? "accepted "
                                                  : "violated ";
    }
    return text;
  }

  TemporaryFolder folder_;
  int runs_ = 0;
};

TEST_F(LiveTest, FaultFreeAndEveryKindOfFault) {
  const auto experimenter = started();
  const auto good = run(*experimenter, {});
  EXPECT_EQ(calls(good),
            "shop:POST /orders#1 stock:GET /items/:id#1 pay:POST /charge#1 ");
  EXPECT_EQ(states(good), "held held held ");
  EXPECT_EQ(good.outcomes[0].found, "status 200");
  EXPECT_TRUE(good.outcomes[0].from_answer);
  EXPECT_FALSE(good.outcomes[1].from_answer);
  EXPECT_TRUE(good.execution.calls[2].effectful);
  EXPECT_FALSE(good.execution.calls[1].effectful);
  EXPECT_EQ(good.execution.calls[1].target, "/items/7");
  EXPECT_GT(good.timing.total_ns, good.timing.workload_ns);

  const auto retried = run(*experimenter, faults({{kStock + "#1", "error(503)"}}));
  EXPECT_EQ(calls(retried),
            "shop:POST /orders#1 stock:GET /items/:id#1! stock:GET /items/:id#2 pay:POST "
            "/charge#1 ");
  EXPECT_EQ(states(retried), "held held held ");
  ASSERT_EQ(retried.faults.size(), 1U);
  EXPECT_TRUE(retried.faults[0].armed && retried.faults[0].fired &&
              retried.faults[0].undone);
  EXPECT_EQ(retried.faults[0].fired_on, kStock + "#1");
  ASSERT_TRUE(retried.execution.calls[1].fault);
  EXPECT_EQ(retried.execution.calls[1].fault->text(), "error(503)");
  EXPECT_EQ(retried.execution.calls[1].seen.status, 503);

  const auto refused = run(*experimenter, faults({{kStock + "#*", "refuse"}}));
  EXPECT_EQ(states(refused), "accepted accepted held ");
  EXPECT_EQ(refused.execution.calls[1].seen.kind, Answer::Kind::kRefused);
  EXPECT_EQ(refused.notes.back(), "accepted: clean refusal");

  const auto lost = run(*experimenter, faults({{kCharge, "error_after(503)"}}));
  EXPECT_EQ(states(lost), "violated held violated ");
  EXPECT_EQ(lost.outcomes[0].found, "status 500");
  EXPECT_EQ(lost.outcomes[2].found, "\"charge failed\" in the log");
  ASSERT_TRUE(lost.execution.calls[2].answered);
  EXPECT_EQ(lost.execution.calls[2].answered->status, 200);

  const auto held =
      run(*experimenter, faults({{kStock + "#1", "timeout"}, {kCharge, "reset"}}));
  EXPECT_EQ(held.execution.calls[1].seen.kind, Answer::Kind::kTimeout);
  EXPECT_TRUE(held.faults[0].fired && held.faults[1].fired);

  const auto late = run(*experimenter, faults({{kStock + "#1", "delay(80ms)"}}));
  EXPECT_EQ(states(late), "held held held ");
  EXPECT_GE(late.timing.workload_ns, 80'000'000);

  const auto nowhere = run(*experimenter, faults({{kStock + "#3", "error(503)"}}));
  EXPECT_TRUE(nowhere.faults[0].armed);
  EXPECT_FALSE(nowhere.faults[0].fired);
  EXPECT_EQ(states(nowhere), "held held held ");
}

TEST_F(LiveTest, WhatIsWrittenIsWhatIsRun) {
  const auto experimenter = started();
  run(*experimenter, faults({{kStock + "#1", "error(503)"}}));
  const std::string path = folder_.path() + "/.cutset/schedules/r1.yml";
  const auto schedule = fdsl::parse_schedule(*read_file(path), path);
  ASSERT_TRUE(schedule) << schedule.error().text();
  EXPECT_EQ(schedule->lineage->run, "r1");
  const auto faults = request_faults(*schedule, path);
  ASSERT_TRUE(faults) << faults.error().text();
  EXPECT_EQ(faults->at(0).call.text(), kStock + "#1");
  EXPECT_EQ(schedule->services.size(), 3U);
}

TEST_F(LiveTest, SiblingsThatDifferAreKeyed) {
  const auto experimenter = started(live_config("/many"));
  const auto status = experimenter->calibrate();
  ASSERT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(experimenter->keyed_points(), std::set<std::string>{"stock:GET /items/:id"});
  const auto result =
      run(*experimenter,
          faults({{"shop:POST /many#1 > stock:GET /items/:id{2}#1", "error(500)"}}));
  EXPECT_TRUE(result.faults[0].fired);
  for (const lineage::Call& call : result.execution.calls) {
    EXPECT_EQ(call.fault.has_value(), call.target == "/items/2");
  }
}

TEST_F(LiveTest, AServiceThatDiedIsStartedAgain) {
  Config config = live_config();
  config.workload.http->service = "stock";
  config.workload.http->path = "/die";
  const auto experimenter = started(std::move(config));
  const auto died = run(*experimenter, {});
  EXPECT_EQ(died.outcomes[0].state, State::kViolated);
  const auto again = run(*experimenter, {});
  ASSERT_FALSE(again.notes.empty());
  EXPECT_EQ(again.notes.front(), "service stock had ended; started again");
  // The agent may notice an end only after the run was collected; the exit code is lost
  // then.
  for (const std::string& note : died.notes) {
    EXPECT_EQ(note, "service stock ended by itself with exit code 7");
  }
}

TEST_F(LiveTest, WhatIsNotReadyIsSaidWithTheEndOfItsLog) {
  Config config = live_config();
  config.services[1].command = {
      TemplateText::literal("sh"), TemplateText::literal("-c"),
      TemplateText::literal("echo first; echo no such table; sleep 60")};
  config.services[1].ready.within = 300ms;
  LiveOptions options;
  options.state_folder = folder_.path();
  options.agent_binary = CUTSET_TEST_AGENT;
  LiveExperimenter experimenter(std::move(config), options);
  const Status status = experimenter.start();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(
      status.error().message,
      "service stock: not ready within 300ms: connection refused; the end of its log:\n"
      "  first\n  no such table");
}

TEST_F(LiveTest, WhatEndsBeforeItIsReadyIsNotWaitedFor) {
  Config config = live_config();
  config.services[0].command = {TemplateText::literal("false")};
  LiveOptions options;
  options.state_folder = folder_.path();
  options.agent_binary = CUTSET_TEST_AGENT;
  LiveExperimenter experimenter(std::move(config), options);
  const auto begun = std::chrono::steady_clock::now();
  const Status status = experimenter.start();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "service pay: it ended before it was ready; it wrote nothing");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 8s);
}

TEST_F(LiveTest, AStopEndsTheRunAndUndoesEverything) {
  Config config = live_config();
  config.workload.within = 60s;
  std::vector<pid_t> pids;
  {
    const auto experimenter = started(std::move(config));
    std::thread stopper([&] {
      std::this_thread::sleep_for(150ms);
      experimenter->request_stop();
    });
    campaign::RunOptions options;
    options.run = "stopped";
    const auto begun = std::chrono::steady_clock::now();
    const auto result = experimenter->run(faults({{kOrder, "timeout"}}), options);
    stopper.join();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    const auto later = experimenter->run({}, options);
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().kind, ErrorKind::kInterrupted);
  }
  // Everything that was started carries the state folder's name in its environment or
  // arguments.
  int left = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    std::string line;
    std::getline(file, line, '\n');
    if (line.find(folder_.path()) != std::string::npos) ++left;
  }
  EXPECT_EQ(left, 0);
}

TEST_F(LiveTest, ALostAgentIsAClearError) {
  const auto experimenter = started();
  run(*experimenter, {});
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    std::string line;
    std::getline(file, line, '\n');
    const bool ours = line.find("serve") != std::string::npos &&
                      line.find(folder_.path()) != std::string::npos;
    if (ours) ::kill(std::stoi(entry.path().filename().string()), SIGKILL);
  }
  campaign::RunOptions options;
  options.run = "lost";
  const auto result = experimenter->run({}, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(result.error().message.starts_with("the agent is lost"))
      << result.error().message;
}

TEST_F(LiveTest, AnEventThatIsNotACallIsBadInput) {
  const auto experimenter = started();
  campaign::RunOptions options;
  options.run = "x";
  const auto result = experimenter->run({{"crash of stock", {}}}, options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kBadInput);
  options.run = "../x";
  EXPECT_EQ(experimenter->run({}, options).error().kind, ErrorKind::kUsage);
}

TEST_F(LiveTest, OverheadIsSmall) {
  const auto experimenter = started();
  struct Phase {
    const char* name;
    std::vector<double> ms;
    double median() {
      std::sort(ms.begin(), ms.end());
      return ms[ms.size() / 2];
    }
  };
  Phase reset{"reset", {}}, workload{"workload", {}}, settle{"settle", {}},
      judge{"judge", {}}, rest{"everything else", {}};
  for (int i = 0; i < 40; ++i) {
    const auto timing =
        run(*experimenter, faults({{kStock + "#1", "error(503)"}})).timing;
    const auto add = [](Phase& phase, int64_t ns) {
      phase.ms.push_back(static_cast<double>(ns) / 1e6);
    };
    add(reset, timing.reset_ns);
    add(workload, timing.workload_ns);
    add(settle, timing.settle_ns);
    add(judge, timing.judge_ns);
    add(rest, timing.total_ns - timing.reset_ns - timing.workload_ns - timing.settle_ns -
                  timing.judge_ns);
  }
  for (Phase* phase : {&reset, &workload, &settle, &judge, &rest}) {
    std::printf("%-16s median %6.2f ms\n", phase->name, phase->median());
  }
  // The system answers in reset, workload and judge; the silence that settle waits for is
  // asked for.
  const double quiet = static_cast<double>(live_config().settle_quiet.count());
  const double own = rest.median() + settle.median() - quiet;
  std::printf("own overhead of an experiment: %.2f ms\n", own);
  EXPECT_LT(own, 10.0);
}

}  // namespace
}  // namespace cutset::injector
