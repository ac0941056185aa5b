// What a child does to itself does not reach the others, and its end is told as it was.
#include "base/guarded_processes.h"

#include <atomic>
#include <cstdlib>
#include <map>
#include <new>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace cutset {
namespace {

using Kind = ProcessEnd::Kind;

struct Seen {
  std::map<size_t, std::vector<std::string>> lines;
  std::map<size_t, ProcessEnd> ends;
};

Seen run(GuardedWork work, std::vector<std::function<void(const TellLine&)>> functions) {
  Seen seen;
  work.count = functions.size();
  work.run = [&](size_t number, const TellLine& tell) { functions[number](tell); };
  work.told = [&](size_t number, std::string_view line) {
    seen.lines[number].emplace_back(line);
  };
  work.ended = [&](size_t number, const ProcessEnd& end) {
    EXPECT_TRUE(seen.ends.emplace(number, end).second) << "told twice";
  };
  EXPECT_TRUE(run_guarded(work).ok());
  EXPECT_EQ(seen.ends.size(), functions.size());
  return seen;
}

void good(const TellLine& tell) {
  tell("one");
  tell("two");
}

TEST(GuardedProcesses, EachEndIsTold) {
  GuardedWork work;
  work.jobs = 3;
  work.limits.processor_time = std::chrono::seconds(1);
  work.limits.output_bytes = 100'000;
  const Seen seen =
      run(work, {good, [](const TellLine& tell) { tell("before"), std::abort(); },
                 [](const TellLine&) {
                   static std::atomic<uint64_t> spins{0};
                   for (;;) ++spins;
                 },
                 [](const TellLine& tell) {
                   for (;;) tell(std::string(1000, 'x'));
                 },
                 [](const TellLine&) { throw std::bad_alloc(); },
                 [](const TellLine&) { throw std::runtime_error("a reason"); }, good});
  EXPECT_EQ(seen.ends.at(0).kind, Kind::kDone);
  EXPECT_EQ(seen.ends.at(1).kind, Kind::kCrashed);
  EXPECT_EQ(seen.lines.at(1), std::vector<std::string>{"before"});
  EXPECT_EQ(seen.ends.at(2).kind, Kind::kTime);
  EXPECT_EQ(seen.ends.at(3).kind, Kind::kOutput);
  EXPECT_EQ(seen.ends.at(4).kind, Kind::kMemory);
  EXPECT_EQ(seen.ends.at(5).kind, Kind::kCrashed);
  EXPECT_NE(seen.ends.at(5).detail.find("a reason"), std::string::npos);
  EXPECT_EQ(seen.ends.at(6).kind, Kind::kDone);
  EXPECT_EQ(seen.lines.at(6), (std::vector<std::string>{"one", "two"}));
}

TEST(GuardedProcesses, SleepersMeetTheDeadline) {
  GuardedWork work;
  work.limits.deadline = std::chrono::milliseconds(200);
  const Seen seen = run(work, {[](const TellLine&) { ::pause(); }, good});
  EXPECT_EQ(seen.ends.at(0).kind, Kind::kTime);
  EXPECT_EQ(seen.ends.at(1).kind, Kind::kDone);
}

TEST(GuardedProcesses, StopEndsAllAndKeepsWhatWasTold) {
  GuardedWork work;
  bool told = false;
  Seen seen;
  work.count = 2;
  work.stop = [&] { return told; };
  work.run = [](size_t, const TellLine& tell) {
    tell("before");
    ::pause();
  };
  work.told = [&](size_t number, std::string_view line) {
    told = true;
    seen.lines[number].emplace_back(line);
  };
  work.ended = [&](size_t number, const ProcessEnd& end) { seen.ends[number] = end; };
  EXPECT_TRUE(run_guarded(work).ok());
  EXPECT_EQ(seen.lines.at(0).size(), 1U);
  EXPECT_EQ(seen.ends.at(0).kind, Kind::kNotStarted);
  EXPECT_EQ(seen.ends.at(1).kind, Kind::kNotStarted);
}

}  // namespace
}  // namespace cutset
