// Who dies in the middle of a plan: worker, keeper, both, the controller; at chosen and
// at random moments. Faults are lifted, nothing of ours is left.
#include <random>

#include "plan_fixture.h"
#include "system_call_stops.h"
#include <fmt/format.h>
#include <signal.h>

#include "agent/groups/group.h"
#include "agent/intent_log.h"
#include "agent/proc.h"

namespace cutset::agent::test {
namespace {

using v1::StepEvent;

// wait for the dead worker, say so, fork the guard
constexpr int kChangesBeforeGuard = 3;

class PlanDeath : public PlanFixture {
 protected:
  /// A paused instance with a child in a process session of its own and without our
  /// environment, and a file that fills the disk.
  void begin_with_faults() {
    begin();
    add_process("a", "setsid env -i sh -c 'while :; do sleep 0.05; done' " + word() +
                         " & while :; do sleep 0.05; done");
    add_start("a");
    v1::DiskFillAction* fill = add_step("fill", "a", 200)->mutable_disk_fill();
    fill->set_path(folder_);
    fill->set_bytes(4096);
    if (can_freeze()) add_step("pause", "a", 200)->mutable_pause();
    run_plan();
    events_until(StepEvent::VERIFIED, "fill");
    if (can_freeze()) events_until(StepEvent::VERIFIED, "pause");
    mark_ = mark();
  }
  void expect_all_undone() {
    expect_nothing_left();
    EXPECT_TRUE(eventually([this] { return traces_of(word()).empty(); }));
    EXPECT_TRUE(eventually([this] { return groups_of(mark_).empty(); }));
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      EXPECT_EQ(entry.path().filename().string().find("cutset-fill"), std::string::npos);
    const auto intent = read_intent(state_);
    ASSERT_TRUE(intent.ok() && intent->has_value());
    EXPECT_TRUE((*intent)->closed);
    EXPECT_TRUE((*intent)->open.empty());
  }
  std::string mark_;
};

TEST_F(PlanDeath, KillOfTheWorker) {
  begin_with_faults();
  ::kill(worker(), SIGKILL);
  EXPECT_EQ(wait_agent(), 70);
  expect_all_undone();
}

TEST_F(PlanDeath, KillOfTheKeeper) {
  begin_with_faults();
  ::kill(keeper_, SIGKILL);
  EXPECT_EQ(wait_agent(), 128 + SIGKILL);
  expect_all_undone();
}

TEST_F(PlanDeath, KillOfBothThenUndoAll) {
  begin_with_faults();
  const pid_t stopped = worker();
  ASSERT_TRUE(pause_process(stopped));
  ::kill(keeper_, SIGKILL);
  ::kill(stopped, SIGKILL);
  wait_agent();
  const auto [code, output] = run_agent({"undo-all", "--state", state_});
  EXPECT_EQ(code, 0) << output;
  EXPECT_NE(output.find("faults lifted"), std::string::npos) << output;
  expect_all_undone();
}

TEST_F(PlanDeath, KillOfBothThenTheNextStart) {
  begin_with_faults();
  const std::string old_mark = mark_;
  const pid_t stopped = worker();
  ASSERT_TRUE(pause_process(stopped));
  ::kill(keeper_, SIGKILL);
  ::kill(stopped, SIGKILL);
  wait_agent();
  start_agent();
  EXPECT_TRUE(groups_of(old_mark).empty());
  EXPECT_TRUE(eventually([this] { return traces_of(word()).empty(); }));
}

TEST_F(PlanDeath, ALostControllerHealsTheSystem) {
  begin_with_faults();
  controller_->fall_silent();
  EXPECT_TRUE(eventually([this] { return traces_of(word()).empty(); }));
  EXPECT_TRUE(eventually([this] { return groups_of(mark_).empty(); }));
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename().string().find("cutset-fill"), std::string::npos);
  EXPECT_EQ(controller_->status().armed_faults(), 0U);
}

TEST_F(PlanDeath, UndoAllByHandWhileThePlanRuns) {
  begin_with_faults();
  const auto [code, output] = run_agent({"undo-all", "--state", state_});
  EXPECT_EQ(code, 0) << output;
  EXPECT_TRUE(eventually([this] { return traces_of(word()).empty(); }));
  EXPECT_TRUE(groups_of(mark_).empty());
}

TEST_F(PlanDeath, ASecondControllerIsRefused) {
  begin_with_faults();
  Controller second(socket_);
  const grpc::Status status = second.hello("second");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(status.error_message().find("held by another controller"), std::string::npos);
  v1::ClosePlanRequest request;
  request.set_lease("made-up");
  grpc::ClientContext context;
  v1::ClosePlanReply reply;
  EXPECT_EQ(second.stub().ClosePlan(&context, request, &reply).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

// A keeper that ends is killed before each thing that it does. Whoever is left undoes:
// nobody starts an agent again, or heals by hand.
TEST_F(PlanDeath, KillOfAKeeperThatEndsAtEachPoint) {
  constexpr int kMostPoints = 200;
  int point = 0;
  for (bool killed = true; killed; ++point) {
    ASSERT_LT(point, kMostPoints);
    plan_.Clear();
    begin_with_faults();
    const pid_t keeper = keeper_;
    killed = kill_before_change(keeper, point, [=] { ::kill(keeper, SIGTERM); });
    ASSERT_EQ(wait_agent(), killed ? 128 + SIGKILL : 0);
    controller_.reset();
    expect_all_undone();
    ASSERT_FALSE(HasFailure()) << "killed before change " << point;
  }
  EXPECT_GT(point, 10) << "so many things are done at least";
}

// The same where the worker was killed first: once the keeper knows it and has its guard,
// it may die too.
TEST_F(PlanDeath, KillOfAKeeperWhoseWorkerWasKilledAtEachPoint) {
  constexpr int kMostPoints = 200;
  int point = kChangesBeforeGuard;
  for (bool killed = true; killed; ++point) {
    ASSERT_LT(point, kMostPoints);
    plan_.Clear();
    begin_with_faults();
    const pid_t dead = worker();
    killed = kill_before_change(keeper_, point, [=] { ::kill(dead, SIGKILL); });
    ASSERT_EQ(wait_agent(), killed ? 128 + SIGKILL : 70);
    controller_.reset();
    expect_all_undone();
    ASSERT_FALSE(HasFailure()) << "killed before change " << point;
  }
}

TEST_F(PlanDeath, RandomKillsInTheStorm) {
  if (!can_freeze()) GTEST_SKIP() << "not run: no cgroup can be made (not root)";
  const unsigned seed = 20261126;
  std::mt19937 random(seed);
  constexpr int kRounds = 12;
  for (int round = 0; round < kRounds; ++round) {
    plan_.Clear();
    begin();
    for (const char* name : {"a", "b"}) {
      add_process(name, "setsid sleep 620 & while :; do sleep 0.02; done");
      add_start(name);
      for (int i = 0; i < 6; ++i) {
        const int at = static_cast<int>(50 + random() % 400);
        v1::Step* step = add_step(fmt::format("{}-{}", name, i), name, at);
        step->set_duration_ns(50'000'000 + random() % 200'000'000);
        switch (random() % 5) {
          case 0:
            step->mutable_restart();
            break;
          case 1:
            step->mutable_cpu()->set_cores(1);
            break;
          case 2:
            step->mutable_disk_fill()->set_path(folder_);
            step->mutable_disk_fill()->set_bytes(4096);
            break;
          default:
            step->mutable_pause();
        }
      }
    }
    ASSERT_TRUE(load().ok());
    ASSERT_TRUE(start(milliseconds(50)).ok());
    mark_ = mark();
    std::this_thread::sleep_for(milliseconds(random() % 700));
    const pid_t worker_pid = worker();
    const auto victims = random() % 3;
    if (victims != 1) ::kill(keeper_, SIGKILL);
    if (victims != 0) ::kill(worker_pid, SIGKILL);
    ASSERT_TRUE(wait_agent()) << "round " << round << ", seed " << seed;
    controller_.reset();
    if (victims == 2) {
      const auto [code, output] = run_agent({"undo-all", "--state", state_});
      ASSERT_EQ(code, 0) << output;
    }
    expect_all_undone();
    ASSERT_FALSE(HasFailure()) << "round " << round << ", victims " << victims
                               << ", seed " << seed;
  }
}

}  // namespace
}  // namespace cutset::agent::test
