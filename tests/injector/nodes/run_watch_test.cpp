// When the load of a run is over and when every fault is undone.
#include "injector/nodes/run_watch.h"

#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

using agent::v1::StepEvent;
using std::chrono::milliseconds;

constexpr milliseconds kSoon{150};

play::CompiledPlan plan() {
  play::CompiledPlan plan;
  play::HostSteps host;
  host.host = "n1";
  agent::v1::Step& crash = host.steps.emplace_back();
  crash.set_id("crash");
  crash.mutable_kill();
  crash.mutable_when()->set_controller(true);
  agent::v1::Step& restart = host.steps.emplace_back();
  restart.set_id("restart");
  restart.mutable_start();
  restart.mutable_when()->mutable_step()->set_step("crash");
  agent::v1::Step& cut = host.steps.emplace_back();
  cut.set_id("cut");
  cut.mutable_partition();
  cut.set_duration_ns(1'000'000'000);
  cut.mutable_when()->set_controller(true);
  plan.hosts.push_back(std::move(host));
  return plan;
}

play::PlayEvent event(StepEvent::Kind kind, const char* step) {
  play::PlayEvent made;
  made.host = "n1";
  made.event.set_kind(kind);
  made.event.set_step(step);
  return made;
}

TEST(RunWatch, TheLoadIsOverWhenItsProcessHasEnded) {
  const play::CompiledPlan compiled = plan();
  const StopSignal stop;
  RunWatch watch(compiled, "clients");
  play::PlayEvent ended = event(StepEvent::INSTANCE_ENDED, "");
  ended.event.mutable_instance()->set_service("redis");
  watch.see(ended);
  const Status early = watch.await_load(kSoon, stop);
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().kind, ErrorKind::kUnavailable);
  ended.event.mutable_instance()->set_service("clients");
  watch.see(ended);
  EXPECT_TRUE(watch.await_load(kSoon, stop).ok());
}

TEST(RunWatch, WhatNeverBeganIsNotWaitedFor) {
  const play::CompiledPlan compiled = plan();
  const StopSignal stop;
  RunWatch watch(compiled, "clients");
  EXPECT_TRUE(watch.await_undone(kSoon, stop).ok());
}

TEST(RunWatch, ARestartIsWaitedForOnceTheCrashHasFired) {
  const play::CompiledPlan compiled = plan();
  const StopSignal stop;
  RunWatch watch(compiled, "clients");
  watch.see(event(StepEvent::FIRED, "crash"));
  EXPECT_FALSE(watch.await_undone(kSoon, stop).ok());
  watch.see(event(StepEvent::FIRED, "restart"));
  EXPECT_TRUE(watch.await_undone(kSoon, stop).ok());
}

TEST(RunWatch, ACutIsWaitedForUntilItIsHealed) {
  const play::CompiledPlan compiled = plan();
  const StopSignal stop;
  RunWatch watch(compiled, "clients");
  watch.see(event(StepEvent::FIRED, "cut"));
  EXPECT_FALSE(watch.await_undone(kSoon, stop).ok());
  watch.see(event(StepEvent::UNDONE, "cut"));
  EXPECT_TRUE(watch.await_undone(kSoon, stop).ok());
}

TEST(RunWatch, AStopEndsTheWait) {
  const play::CompiledPlan compiled = plan();
  StopSignal stop;
  stop.request();
  RunWatch watch(compiled, "clients");
  const Status stopped = watch.await_load(milliseconds(60'000), stop);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind, ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace cutset::injector
