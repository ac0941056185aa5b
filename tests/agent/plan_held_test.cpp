// What is made ready before its moment: processes that wait to be executed, helpers that
// wait to press. Nobody sees an effect before the moment; nothing of it stays if the
// moment never comes.
#include <fstream>

#include "plan_fixture.h"
#include <fmt/format.h>
#include <signal.h>

#include "agent/proc.h"

namespace cutset::agent::test {
namespace {

using v1::StepEvent;

class PlanHeld : public PlanFixture {
 protected:
  void begin_with_instance() {
    begin();
    add_process("a", "while :; do sleep 0.05; done");
    add_start("a");
  }
  void add_custom(v1::Step* step, const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments)
      step->mutable_custom()->add_arguments(argument);
  }
  /// Children of the keeper beside the worker and the instances: what waits. A held
  /// process still has the command line of the keeper, a helper is stopped.
  std::vector<ProcessInfo> waiting() const {
    const auto keeper_line = command_line(keeper_);
    std::vector<ProcessInfo> found;
    for (const ProcessInfo& info : descendants(keeper_, worker())) {
      if (info.state == 'T' || command_line(info.id.pid) == keeper_line)
        found.push_back(info);
    }
    return found;
  }
  static std::string command_line(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(PlanHeld, ACommandThatWaitsIsExecutedAtItsMomentOnly) {
  begin_with_instance();
  const std::string trace = folder_ + "/trace";
  add_custom(add_step("custom", "a", 1500), {"sh", "-c", "echo here > " + trace});
  run_plan();
  EXPECT_TRUE(eventually([&] { return waiting().size() == 1; }));
  EXPECT_FALSE(std::filesystem::exists(trace));
  const auto events = events_until(StepEvent::VERIFIED, "custom");
  EXPECT_EQ(story(events, "custom"), "ARMED; FIRED pid N; OUTPUT; VERIFIED exit code N");
  EXPECT_TRUE(std::filesystem::exists(trace));
  EXPECT_GE(find(events, StepEvent::FIRED, "custom")->since_barrier_ns(), 1'500'000'000);
  EXPECT_TRUE(waiting().empty());
}

TEST_F(PlanHeld, WhatWaitsRunsLikeAnyOtherProcess) {
  begin_with_instance();
  // Policy 0 is that of all others; the priority with which it waited is taken back.
  add_custom(add_step("custom", "a", 700),
             {"sh", "-c", "sleep 0.2; cut -d ' ' -f 41 /proc/$$/stat; ls /proc/$$/fd"});
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "custom");
  const StepEvent* output = find(events, StepEvent::OUTPUT, "custom");
  ASSERT_NE(output, nullptr);
  EXPECT_EQ(output->detail(), "0\n0\n1\n2\n") << "policy, then open descriptors";
}

TEST_F(PlanHeld, WhatCannotBeExecutedIsSaidAtItsMoment) {
  begin_with_instance();
  add_custom(add_step("custom", "a", 700), {folder_ + "/no-such-program"});
  run_plan();
  const auto events = events_until(StepEvent::FAILED, "custom");
  EXPECT_EQ(find(events, StepEvent::FIRED, "custom"), nullptr);
  const std::string error = find(events, StepEvent::FAILED, "custom")->error();
  EXPECT_NE(error.find("/no-such-program\": No such file or directory"),
            std::string::npos)
      << error;
  EXPECT_TRUE(waiting().empty());
}

TEST_F(PlanHeld, ARestartIsItsKillAndTheNextLifeComesAfterIt) {
  begin();
  add_process("a", "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.02; done");
  add_start("a");
  add_step("restart", "a", 700)->mutable_restart();
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "restart");
  const int64_t fired = find(events, StepEvent::FIRED, "restart")->since_barrier_ns();
  const int64_t seen = find(events, StepEvent::VERIFIED, "restart")->since_barrier_ns();
  EXPECT_LT(fired, 900'000'000);
  EXPECT_GE(seen, 1'000'000'000) << "the old life takes 300 ms to end";
}

TEST_F(PlanHeld, AnInstanceThatWaitsHasNotStarted) {
  begin_with_instance();
  add_step("kill", "a", 300)->mutable_kill();
  add_step("restart", "a", 1500)->mutable_restart();
  run_plan();
  events_until(StepEvent::VERIFIED, "kill");
  EXPECT_TRUE(eventually([&] { return waiting().size() == 1; }));
  const auto events = events_until(StepEvent::VERIFIED, "restart");
  int64_t started = 0;
  for (const StepEvent& event : events)
    if (event.kind() == StepEvent::INSTANCE_STARTED) started = event.since_barrier_ns();
  EXPECT_GE(started, 1'500'000'000);
  EXPECT_EQ(story(events, "restart"), "ARMED; FIRED pid N; VERIFIED pid N runs");
}

TEST_F(PlanHeld, NothingThatWaitsOutlivesItsPlan) {
  begin_with_instance();
  add_process("b", "sleep 600");  // never started
  add_custom(add_triggered("custom", "a", 60'000), {"sleep", "600"});
  add_triggered("restart", "b", 60'000)->mutable_restart();
  add_triggered("cpu", "a", 60'000)->mutable_cpu()->set_cores(1);
  for (int i = 0; i < plan_.steps_size(); ++i)
    if (plan_.steps(i).has_when())
      plan_.mutable_steps(i)->mutable_when()->set_controller(true);
  run_plan();
  EXPECT_TRUE(eventually([&] { return waiting().size() == 3; })) << waiting().size();
  EXPECT_EQ(close().problems_size(), 0);
  EXPECT_TRUE(waiting().empty());
  expect_nothing_left_but_agent();
}

TEST_F(PlanHeld, NothingThatWaitsOutlivesTheAgent) {
  for (const bool keeper_dies : {false, true}) {
    plan_.Clear();
    begin_with_instance();
    add_custom(add_step("custom", "a", 60'000), {"sleep", "600"});
    plan_.mutable_steps(plan_.steps_size() - 1)->mutable_when()->set_controller(true);
    plan_.mutable_steps(plan_.steps_size() - 1)
        ->mutable_when()
        ->set_timeout_ns(60'000'000'000);
    run_plan();
    ASSERT_TRUE(eventually([&] { return waiting().size() == 1; }));
    const ProcessId held = waiting().front().id;
    ::kill(keeper_dies ? keeper_ : worker(), SIGKILL);
    wait_agent();
    EXPECT_TRUE(eventually([&] { return !alive(held); }));
    expect_nothing_left();
    controller_.reset();
  }
}

}  // namespace
}  // namespace cutset::agent::test
