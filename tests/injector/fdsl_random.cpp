// Random schedules against the properties of the language:
//   fdsl_random SEED COUNT [FOLDER]   checks seeds SEED .. SEED+COUNT-1; FOLDER gets the
//                                     portable outputs (faultsee_rules.py reads them)
//   fdsl_random FILE                  checks one schedule
// A failure prints its seed, is made as small as it still fails, and is written to
// fdsl-random-SEED.yml, which replays.
//
// 1. What is written reads back equal and is written as the same bytes; so is what it is
//    formatted to.
// 2. A schedule that breaks a rule (a dead target, ...) is refused with a place.
// 3. The plan is a pure function: the schedule that was read back has the same.
// 4. Portable output is FDSL 1 without a warning, draws nothing, and is its own portable
//    form.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "random_schedule.h"
#include <fmt/format.h>

#include "base/file.h"
#include "injector/fdsl/check.h"
#include "injector/fdsl/format.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/portable.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"

namespace cutset::injector::fdsl {
namespace {

struct Seen {
  int good = 0;
  int refused = 0;
  int portable = 0;
};

std::string check_portable(const Schedule& schedule, const std::string& path,
                           Seen& seen) {
  const Portable portable = make_portable(schedule, "f");
  if (!portable.problems.empty()) return "";
  ++seen.portable;
  const std::string text = write_schedule(portable.schedule);
  const ScheduleReading back = read_schedule(text, "portable");
  if (!back.problems.empty()) {
    return "portable output is refused: " + back.problems.front().text();
  }
  for (const Error& warning : back.warnings) {
    // What a program is given is the schedule's own.
    const bool own = warning.message.find("custom.executable") != std::string::npos;
    if (!own) return "portable output is doubtful: " + warning.text();
  }
  if (back.schedule != portable.schedule) return "portable output reads back differently";
  if (write_schedule(make_portable(back.schedule, "f").schedule) != text) {
    return "portable output is not its own portable form";
  }
  if (!path.empty() && !write_file(path, text)) return "cannot write " + path;
  return "";
}

/// What is wrong, or "".
std::string check(const Schedule& schedule, const std::string& portable_path,
                  Seen& seen) {
  const std::string text = write_schedule(schedule);
  const ScheduleReading back = read_schedule(text, "f");
  const Checked checked = check_schedule(schedule);
  if (!checked.problems.empty()) {
    ++seen.refused;
    if (back.problems.empty()) return "accepted: " + checked.problems.front().message;
    if (back.problems.front().line == 0) return "a problem without a place";
    return "";
  }
  ++seen.good;
  if (!back.problems.empty()) return "refused: " + back.problems.front().text();
  if (back.schedule != schedule) return "reads back differently";
  if (write_schedule(back.schedule) != text) return "is written differently";
  const Formatted formatted = format_schedule(text, "f", Output::kNative);
  if (formatted.text != text || formatted.comment_line != 0)
    return "formatting changes it";
  const Placement placement = *parse_placement("x,y,z", {});
  const auto plan = make_plan(schedule, placement);
  if (!plan) return "no plan: " + plan.error().text();
  if (plan_json(*plan) != plan_json(*make_plan(back.schedule, placement))) {
    return "the plan depends on more than the schedule";
  }
  return check_portable(schedule, portable_path, seen);
}

/// Takes away moments and events as long as `check` still finds something.
Schedule shrink(Schedule schedule) {
  Seen seen;
  const auto fails = [&](const Schedule& smaller) {
    return !check(smaller, "", seen).empty();
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t i = schedule.moments.size(); i-- > 0;) {
      Schedule without = schedule;
      without.moments.erase(without.moments.begin() + static_cast<std::ptrdiff_t>(i));
      if (fails(without)) {
        schedule = std::move(without);
        smaller = true;
        continue;
      }
      for (size_t event = schedule.moments[i].events.size(); event-- > 0;) {
        without = schedule;
        auto& events = without.moments[i].events;
        events.erase(events.begin() + static_cast<std::ptrdiff_t>(event));
        if (!fails(without)) continue;
        schedule = std::move(without);
        smaller = true;
      }
    }
    Schedule without = schedule;
    without.lineage.reset();
    if (schedule.lineage && fails(without)) schedule = std::move(without);
  }
  return schedule;
}

int check_file(const std::string& file) {
  const auto text = read_file(file);
  if (!text) {
    std::printf("%s\n", text.error().text().c_str());
    return 1;
  }
  const auto schedule = parse_schedule(*text, file);
  if (!schedule) {
    std::printf("%s\n", schedule.error().text().c_str());
    return 1;
  }
  Seen seen;
  const std::string wrong = check(*schedule, "", seen);
  std::printf("%s: %s\n", file.c_str(), wrong.empty() ? "good" : wrong.c_str());
  return wrong.empty() ? 0 : 1;
}

int check_seeds(uint64_t first, uint64_t count, const std::string& folder) {
  Seen seen;
  if (!folder.empty()) std::filesystem::create_directories(folder);
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Schedule schedule = RandomSchedule(seed).make();
    const std::string path =
        folder.empty() ? "" : fmt::format("{}/{}.portable", folder, seed);
    const std::string wrong = check(schedule, path, seen);
    if (wrong.empty()) continue;
    const Schedule small = shrink(schedule);
    const std::string file = fmt::format("fdsl-random-{}.yml", seed);
    const bool written = write_file(file, write_schedule(small)).ok();
    Seen ignored;
    std::printf("seed %lu: %s\nshrunk: %s\n%s%s", static_cast<unsigned long>(seed),
                wrong.c_str(), check(small, "", ignored).c_str(),
                write_schedule(small).c_str(),
                written ? fmt::format("written to {}\n", file).c_str() : "");
    return 1;
  }
  std::printf("seeds %lu to %lu: %d good, %d refused, %d portable\n",
              static_cast<unsigned long>(first),
              static_cast<unsigned long>(first + count - 1), seen.good, seen.refused,
              seen.portable);
  return seen.good > 0 && seen.refused > 0 && seen.portable > 0 ? 0 : 1;
}

}  // namespace
}  // namespace cutset::injector::fdsl

int main(int argc, char** argv) {
  if (argc == 2) return cutset::injector::fdsl::check_file(argv[1]);
  if (argc != 3 && argc != 4) {
    std::printf("usage: fdsl_random SEED COUNT [FOLDER] | fdsl_random FILE\n");
    return 64;
  }
  return cutset::injector::fdsl::check_seeds(std::strtoull(argv[1], nullptr, 10),
                                             std::strtoull(argv[2], nullptr, 10),
                                             argc == 4 ? argv[3] : "");
}
