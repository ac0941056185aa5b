// Plans on processes: times, triggers, each action's effect seen from outside, undoing.
#include <algorithm>
#include <fstream>

#include "plan_fixture.h"
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent/groups/group.h"
#include "agent/proc.h"

namespace cutset::agent::test {
namespace {

using v1::StepEvent;

constexpr const char* kTicker = "while :; do echo tick; sleep 0.01; done";

// A tmpfs for the agent's state folder.
class SmallDisk {
 public:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directory(folder_);
    EXPECT_EQ(::mount("none", folder_.c_str(), "tmpfs", 0, "size=512k,mode=700"), 0);
  }
  ~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }
  void fill() const {
    std::ofstream file(folder_ + "/filler");
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    std::ofstream rest(folder_ + "/intent.log", std::ios::app);
    while (rest.put('\n').flush()) {
    }
  }

 private:
  const std::string folder_;
};

class Plan : public PlanFixture {
 protected:
  size_t size_of_log(const std::string& service) { return log_of(service).size(); }
  bool grows(const std::string& service) {
    const size_t before = size_of_log(service);
    std::this_thread::sleep_for(milliseconds(150));
    return size_of_log(service) > before;
  }
};

TEST_F(Plan, StartsKillsAndTellsInOrder) {
  begin();
  add_process("a", kTicker);
  add_start("a");
  add_step("note", "", 150)->mutable_mark()->set_text("half time");
  add_step("kill", "a", 300)->mutable_kill();
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "kill");
  EXPECT_EQ(story(events, "start-a"), "ARMED; FIRED pid N; VERIFIED pid N runs");
  EXPECT_EQ(story(events, "note"), "ARMED; FIRED half time");
  EXPECT_EQ(story(events, "kill"),
            "ARMED; FIRED pid N and N more; VERIFIED no process of it is left");
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].number(), i + 1);
  for (const auto& [step, at] : {std::pair("start-a", 0), {"note", 150}, {"kill", 300}}) {
    const double off =
        static_cast<double>(find(events, StepEvent::FIRED, step)->since_barrier_ns()) /
            1e6 -
        at;
    EXPECT_GE(off, 0) << step;
    EXPECT_LT(off, 100) << step;
  }
  EXPECT_TRUE(processes_with(word()).empty());
  const v1::ClosePlanReply closed = close();
  int ended = 0;
  for (const StepEvent& event : closed.events()) {
    if (event.kind() != StepEvent::INSTANCE_ENDED) continue;
    EXPECT_EQ(event.exit_code(), 128 + SIGKILL);
    EXPECT_EQ(event.instance().service(), "a");
    ++ended;
  }
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(closed.problems_size(), 0) << closed.ShortDebugString();
  EXPECT_TRUE(groups_of(mark()).empty());
}

TEST_F(Plan, APauseFreezesEveryProcessAndEndsWithItsDuration) {
  if (!can_freeze()) GTEST_SKIP() << "not run: no cgroup can be made (not root)";
  begin();
  add_process(
      "a", std::string("setsid sh -c '") + kTicker + "' " + word() + " & sleep 600; :");
  add_start("a");
  v1::Step* pause = add_step("pause", "a", 400);
  pause->mutable_pause();
  pause->set_duration_ns(600'000'000);
  run_plan();
  events_until(StepEvent::VERIFIED, "pause");
  EXPECT_FALSE(grows("a")) << "the setsid child is frozen too";
  const auto events = events_until(StepEvent::UNDONE, "pause");
  EXPECT_TRUE(grows("a"));
  EXPECT_EQ(story(events, "pause"),
            "ARMED; FIRED pid N; VERIFIED N processes are frozen; UNDONE its duration is "
            "over");
  const double lasted =
      static_cast<double>(find(events, StepEvent::UNDONE, "pause")->since_barrier_ns()) /
      1e6;
  EXPECT_GE(lasted, 1000);
  EXPECT_LT(lasted, 1100);
  close();
  expect_nothing_left_but_agent();
}

TEST_F(Plan, ResumeAndHealUndo) {
  if (!can_freeze()) GTEST_SKIP() << "not run: no cgroup can be made (not root)";
  begin();
  add_process("a", kTicker);
  add_process("b", kTicker);
  add_start("a");
  add_start("b");
  add_step("pause-a", "a", 200)->mutable_pause();
  v1::Step* pause = add_step("pause-b", "b", 200);
  pause->mutable_pause();
  pause->set_label("storm");
  add_step("resume-a", "a", 400)->mutable_resume();
  add_step("heal", "", 600)->mutable_heal()->set_label("storm");
  run_plan();
  const auto events = events_until(StepEvent::FIRED, "heal");
  EXPECT_EQ(story(events, "resume-a"), "ARMED; FIRED pause-a");
  EXPECT_EQ(story(events, "heal"), "ARMED; FIRED pause-b");
  EXPECT_NE(story(events, "pause-b").find("UNDONE healed by heal"), std::string::npos);
  EXPECT_TRUE(grows("a"));
  EXPECT_TRUE(grows("b"));
  close();
}

TEST_F(Plan, StopSignalRestartCustomCpu) {
  begin();
  add_process("polite",
              "trap 'echo usr1' USR1; trap 'echo bye; exit 3' TERM; echo life $$; "
              "while :; do sleep 0.01; done");
  add_process("deaf", "trap '' TERM; while :; do sleep 0.01; done");
  add_start("polite");
  add_start("deaf");
  add_step("signal", "polite", 200)->mutable_signal()->set_number(SIGUSR1);
  add_step("restart", "polite", 300)->mutable_restart();
  v1::Step* cpu = add_step("cpu", "polite", 300);
  cpu->mutable_cpu()->set_cores(1);
  cpu->set_duration_ns(400'000'000);
  v1::CustomAction* custom = add_step("custom", "polite", 300)->mutable_custom();
  for (const char* argument : {"sh", "-c", "echo $TEST_WORD; echo err >&2; exit 0"})
    custom->add_arguments(argument);
  v1::CustomAction* failing = add_step("failing", "polite", 300)->mutable_custom();
  for (const char* argument : {"sh", "-c", "exit 4"}) failing->add_arguments(argument);
  add_step("stop-deaf", "deaf", 300)->mutable_stop()->set_grace_ns(200'000'000);
  add_step("stop", "polite", 1000)->mutable_stop()->set_grace_ns(5'000'000'000);
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "stop");
  EXPECT_EQ(story(events, "signal"), "ARMED; FIRED pid N; VERIFIED USRN delivered");
  EXPECT_EQ(story(events, "restart"), "ARMED; FIRED pid N; VERIFIED pid N runs");
  EXPECT_EQ(story(events, "stop"), "ARMED; FIRED pid N; VERIFIED it ended by itself");
  EXPECT_EQ(story(events, "stop-deaf"),
            "ARMED; FIRED pid N; VERIFIED it ended by SIGKILL after N ms");
  EXPECT_EQ(
      story(events, "cpu"),
      "ARMED; FIRED N cores by pid N; VERIFIED N ms of CPU time in N ms; UNDONE its "
      "duration is over");
  const StepEvent* output = find(events, StepEvent::OUTPUT, "custom");
  ASSERT_NE(output, nullptr);
  EXPECT_EQ(output->detail(), word() + "\nerr\n");
  EXPECT_EQ(output->exit_code(), 0);
  EXPECT_EQ(find(events, StepEvent::OUTPUT, "failing")->exit_code(), 4);
  EXPECT_NE(find(events, StepEvent::FAILED, "failing"), nullptr);
  const std::string log = log_of("polite");
  EXPECT_NE(log.find("usr1"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), 'f'), 2) << "two lives: " << log;
  EXPECT_NE(log.find("bye"), std::string::npos) << log;
  close();
  expect_nothing_left_but_agent();
}

TEST_F(Plan, MemoryIsReallyTaken) {
  begin();
  add_process("a", kTicker);
  add_start("a");
  add_step("memory", "a", 100)->mutable_memory()->set_bytes(64 << 20);
  add_step("too-much", "a", 100)->mutable_memory()->set_bytes(uint64_t{1} << 50);
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "memory");
  EXPECT_EQ(story(events, "memory"),
            "ARMED; FIRED N bytes by pid N; VERIFIED N bytes are resident");
  EXPECT_NE(story(events, "too-much").find("reserve"), std::string::npos);
  EXPECT_EQ(processes_with("hold-memory").size(), 1U);
  close();
  EXPECT_TRUE(processes_with("hold-memory").empty());
}

TEST_F(Plan, TriggersAndTheirTimeouts) {
  begin();
  add_process(
      "a", "sleep 0.2; echo ready 1; echo ready 2; sleep 0.25; echo last; sleep 600; :");
  add_start("a");
  v1::Step* by_log = add_triggered("log", "", 5000);
  by_log->mutable_mark()->set_text("seen");
  by_log->mutable_when()->mutable_log()->mutable_instance()->set_service("a");
  by_log->mutable_when()->mutable_log()->set_pattern("^ready [0-9]$");
  by_log->mutable_when()->mutable_log()->set_nth(2);
  v1::Step* by_step = add_triggered("step", "a", 5000);
  by_step->mutable_kill();
  by_step->mutable_when()->mutable_step()->set_step("log");
  by_step->mutable_when()->mutable_step()->set_after_ns(600'000'000);
  v1::Step* by_controller = add_triggered("controller", "", 5000);
  by_controller->mutable_mark()->set_text("told");
  by_controller->mutable_when()->set_controller(true);
  v1::Step* early = add_triggered("early", "", 5000);
  early->mutable_mark()->set_text("early");
  early->mutable_when()->set_controller(true);
  v1::Step* from = add_triggered("from", "", 5000);
  from->mutable_mark()->set_text("from");
  from->mutable_when()->set_from_ns(330'000'000);
  from->mutable_when()->mutable_log()->mutable_instance()->set_service("a");
  from->mutable_when()->mutable_log()->set_pattern("ready|last");
  for (const auto& [id, otherwise] :
       {std::pair("inconclusive", v1::Trigger::INCONCLUSIVE),
        {"skip", v1::Trigger::SKIP},
        {"fire", v1::Trigger::FIRE}}) {
    v1::Step* step = add_triggered(id, "", 700);
    step->mutable_mark()->set_text("late");
    step->mutable_when()->set_controller(true);
    step->mutable_when()->set_otherwise(otherwise);
  }
  run_plan();
  EXPECT_TRUE(fire("early").ok()) << "instances of the beginning";
  events_until(StepEvent::FIRED, "start-a");
  EXPECT_TRUE(fire("controller").ok());
  EXPECT_FALSE(fire("log").ok()) << "not the controller's";
  events_until(StepEvent::FIRED, "fire");
  events_until(StepEvent::FIRED, "from");
  events_until(StepEvent::NOT_REACHED, "skip");
  events_until(StepEvent::NOT_REACHED, "inconclusive");
  events_until(StepEvent::VERIFIED, "step");
  EXPECT_FALSE(fire("controller").ok()) << "over already";
  const v1::ClosePlanReply closed = close();
  const std::vector<StepEvent> events{closed.events().begin(), closed.events().end()};
  EXPECT_LT(find(events, StepEvent::FIRED, "early")->since_barrier_ns(), 0);
  EXPECT_EQ(story(events, "from"), "ARMED; TRIGGERED line \"last\"; FIRED from")
      << "what came before its time is not counted";
  EXPECT_EQ(story(events, "log"), "ARMED; TRIGGERED line \"ready N\"; FIRED seen");
  EXPECT_EQ(
      story(events, "step"),
      "ARMED; TRIGGERED step log; FIRED pid N and N more; VERIFIED no process of it "
      "is left");
  const int64_t after = find(events, StepEvent::FIRED, "step")->since_barrier_ns() -
                        find(events, StepEvent::FIRED, "log")->since_barrier_ns();
  EXPECT_GE(after, 600'000'000);
  EXPECT_EQ(story(events, "controller"), "ARMED; TRIGGERED the controller; FIRED told");
  EXPECT_EQ(story(events, "inconclusive"),
            "ARMED; NOT_REACHED (its trigger was not seen within N ms)");
  EXPECT_EQ(story(events, "skip"),
            "ARMED; NOT_REACHED skipped, as planned (its trigger was not seen within N "
            "ms)");
  EXPECT_EQ(story(events, "fire"),
            "ARMED; TRIGGERED its timeout, as planned; FIRED late");
}

TEST_F(Plan, WhatAHostCannotDoIsSaidWhenItIsLoaded) {
  begin();
  add_process("a", kTicker);
  plan_.add_instances()->mutable_name()->set_service("elsewhere");
  add_step("there", "elsewhere", 0)->mutable_kill();
  add_step("fill", "a", 0)->mutable_disk_fill()->set_path("relative");
  v1::Step* log = add_triggered("log", "a", 1000);
  log->mutable_kill();
  log->mutable_when()->mutable_log()->mutable_instance()->set_service("a");
  log->mutable_when()->mutable_log()->set_pattern("(");
  add_step("clock", "a", 0)->mutable_clock_offset()->set_offset_ns(1);
  v1::LoadPlanReply reply;
  ASSERT_TRUE(load(&reply).ok());
  ASSERT_EQ(reply.problems_size(), 4) << reply.ShortDebugString();
  EXPECT_EQ(reply.problems(0).step(), "there");
  EXPECT_NE(reply.problems(0).problem().find("not on this host"), std::string::npos);
  EXPECT_EQ(reply.problems(1).step(), "fill");
  EXPECT_NE(reply.problems(2).problem().find("regular expression"), std::string::npos);
  EXPECT_EQ(reply.problems(3).step(), "clock");
  EXPECT_NE(reply.problems(3).problem().find("share its clock"), std::string::npos);
  EXPECT_FALSE(start().ok()) << "nothing is loaded";
  EXPECT_TRUE(groups_of(mark()).empty());
}

TEST_F(Plan, MalformedPlansAreRefused) {
  begin();
  const auto refused = [&](const std::string& part) {
    const grpc::Status status = load();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_NE(status.error_message().find(part), std::string::npos)
        << status.error_message();
    plan_.clear_steps();
  };
  add_process("a", kTicker);
  add_step("x", "nobody", 0)->mutable_kill();
  refused("no instance \"nobody/0\"");
  add_step("x", "a", 0);
  refused("an action");
  add_step("x", "a", -1)->mutable_kill();
  refused("at_ns is -1000000");
  add_step("x", "a", 0)->mutable_kill();
  add_step("x", "a", 0)->mutable_kill();
  refused("twice");
  v1::Step* forever = add_triggered("x", "a", 0);
  forever->mutable_kill();
  forever->mutable_when()->set_controller(true);
  refused("timeout");
  add_step("x", "", 0)->mutable_heal();
  refused("label");
  plan_.set_run("../x");
  refused("run");
}

TEST_F(Plan, ABarrierThatHasPassedIsRefused) {
  begin();
  ASSERT_TRUE(load().ok());
  const grpc::Status late = start(milliseconds(-5));
  EXPECT_EQ(late.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(late.error_message().find("barrier has passed"), std::string::npos);
  EXPECT_TRUE(start().ok());
  EXPECT_FALSE(start().ok()) << "twice";
  EXPECT_EQ(load().error_code(), grpc::StatusCode::FAILED_PRECONDITION)
      << "one at a time";
  close();
  EXPECT_TRUE(load().ok());
}

TEST_F(Plan, ClosingUndoesAndEndsEverything) {
  begin();
  add_process("a",
              std::string("setsid sh -c '") + kTicker + "' " + word() + " & " + kTicker);
  add_start("a");
  if (can_freeze()) add_step("pause", "a", 200)->mutable_pause();
  add_step("fill", "a", 200)->mutable_disk_fill()->set_path(folder_);
  plan_.mutable_steps(plan_.steps_size() - 1)->mutable_disk_fill()->set_bytes(4096);
  v1::CustomAction* custom = add_step("custom", "a", 100)->mutable_custom();
  for (const char* argument : {"sleep", "600"}) custom->add_arguments(argument);
  add_step("later", "a", 3'600'000)->mutable_kill();
  run_plan();
  events_until(StepEvent::VERIFIED, "fill");
  const auto begun = std::chrono::steady_clock::now();
  const v1::ClosePlanReply closed = close();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(2000));
  EXPECT_EQ(closed.problems_size(), 0) << closed.ShortDebugString();
  const std::vector<StepEvent> events{closed.events().begin(), closed.events().end()};
  EXPECT_NE(find(events, StepEvent::UNDONE, "fill"), nullptr);
  EXPECT_NE(find(events, StepEvent::NOT_REACHED, "later"), nullptr);
  EXPECT_NE(story(events, "custom").find("plan was closed"), std::string::npos);
  expect_nothing_left_but_agent();
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename().string().find("cutset-fill"), std::string::npos);
}

TEST_F(Plan, AFullDiskMeansNoFault) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: mounting a tmpfs needs root";
  const SmallDisk disk(state_);
  begin();
  add_process("a", "exec sleep 600");
  add_start("a");
  v1::Step* fill = add_triggered("fill", "a", 10'000);
  fill->mutable_disk_fill()->set_path("/tmp");
  fill->mutable_disk_fill()->set_bytes(4096);
  fill->mutable_when()->set_controller(true);
  ASSERT_TRUE(load().ok());
  disk.fill();
  ASSERT_TRUE(start().ok());
  events_until(StepEvent::FAILED, "start-a");
  ASSERT_TRUE(fire("fill").ok());
  const auto events = events_until(StepEvent::FAILED, "fill");
  EXPECT_NE(story(events, "fill").find("cannot be written down"), std::string::npos)
      << story(events, "fill");
  EXPECT_EQ(find(events, StepEvent::FIRED, "fill"), nullptr);
  close();
}

TEST_F(Plan, AWipeFollowsNoLink) {
  begin();
  const std::string data = folder_ + "/data";
  std::filesystem::create_directories(data + "/deep/er");
  std::filesystem::create_directory(folder_ + "/outside");
  std::ofstream(folder_ + "/outside/precious") << "x";
  std::ofstream(data + "/deep/er/file") << "x";
  std::filesystem::create_directory_symlink(folder_ + "/outside", data + "/link");
  add_process("a", kTicker);
  add_start("a");
  add_step("wipe", "a", 100)->mutable_disk_wipe()->set_path(data);
  add_step("own", "a", 100)->mutable_disk_wipe()->set_path(folder_);
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "wipe");
  events_until(StepEvent::FAILED, "own");
  EXPECT_TRUE(std::filesystem::is_empty(data));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/outside/precious"));
  EXPECT_TRUE(std::filesystem::exists(state_)) << "the agent's own state";
  close();
  add_step("root", "a", 0)->mutable_disk_wipe()->set_path("/usr/../");
  v1::LoadPlanReply reply;
  ASSERT_TRUE(load(&reply).ok());
  EXPECT_EQ(reply.problems_size(), 1);
}

// The moment against what was planned, with both cores busy.
TEST_F(Plan, MomentsAreMetWithin20Ms) {
  begin();
  add_process("a", kTicker);
  add_start("a");
  v1::Step* cpu = add_step("cpu", "a", 50);
  cpu->mutable_cpu()->set_cores(std::max(1U, std::thread::hardware_concurrency()));
  constexpr int kMoments = 200;
  for (int i = 0; i < kMoments; ++i) {
    add_step("signal-" + std::to_string(i), "a", 400 + 7 * i)
        ->mutable_signal()
        ->set_number(SIGCONT);
  }
  run_plan();
  events_until(StepEvent::VERIFIED, "signal-" + std::to_string(kMoments - 1));
  const v1::ClosePlanReply closed = close();
  std::vector<double> errors;
  for (const StepEvent& event : closed.events()) {
    if (event.kind() != StepEvent::FIRED || !event.step().starts_with("signal-"))
      continue;
    const int number = std::stoi(event.step().substr(7));
    errors.push_back(static_cast<double>(event.since_barrier_ns()) / 1e6 -
                     (400 + 7 * number));
  }
  ASSERT_EQ(errors.size(), static_cast<size_t>(kMoments));
  std::sort(errors.begin(), errors.end());
  const double p50 = errors[kMoments / 2];
  const double p99 = errors[kMoments * 99 / 100];
  std::printf("injection error: p50 %.3f ms, p99 %.3f ms, most %.3f ms\n", p50, p99,
              errors.back());
  EXPECT_GE(errors.front(), 0) << "never early";
  EXPECT_LT(p99, 20);
}

}  // namespace
}  // namespace cutset::agent::test
