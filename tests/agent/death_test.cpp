// Who dies when: worker, keeper, both, controller; at chosen and at random moments.
// Nothing may be left.
#include <filesystem>
#include <fstream>
#include <random>

#include "agent_fixture.h"
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/intent_log.h"
#include "agent/proc.h"

namespace cutset::agent::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class AgentDeath : public AgentFixture {
 protected:
  void begin(const std::vector<std::string>& options = {}) {
    start_agent(options);
    controller_ = std::make_unique<Controller>(socket_);
    ASSERT_TRUE(controller_->hello().ok());
    controller_->keep(milliseconds(100));
  }
  void TearDown() override { controller_.reset(); }

  /// Services that make it hard: children, orphans, process sessions of their own, deaf
  /// to SIGTERM, no environment.
  void start_difficult_services() {
    const std::map<std::string, std::string> word_variable = {{"TEST_WORD", word()}};
    ASSERT_TRUE(controller_->start("plain", {"sleep", "600"}, word_variable).ok());
    ASSERT_TRUE(
        controller_->start("parent", shell("sleep 601 & sleep 602 & wait"), word_variable)
            .ok());
    ASSERT_TRUE(
        controller_
            ->start(
                "orphans",
                shell("setsid sh -c 'sleep 603 & setsid sleep 604 & exit 0'; sleep 605"),
                word_variable)
            .ok());
    ASSERT_TRUE(controller_
                    ->start("deaf",
                            shell("trap '' TERM HUP INT; setsid sh -c 'trap \"\" TERM; "
                                  "while :; do sleep 606; done' & "
                                  "while :; do sleep 607; done"),
                            word_variable)
                    .ok());
    ASSERT_TRUE(controller_
                    ->start("bare",
                            shell("env -i TEST_WORD=" + word() +
                                  " sh -c 'while :; do sleep 608; done' " + word() +
                                  " & sleep 609"),
                            word_variable)
                    .ok());
    ASSERT_TRUE(eventually([this] {
      return traces_of(word()).size() == 16 && std::filesystem::exists(socket_);
    })) << traces_of(word()).size();
  }

  std::unique_ptr<Controller> controller_;
};

TEST_F(AgentDeath, TermEndsEverythingInTime) {
  begin();
  start_difficult_services();
  const auto begun = steady_clock::now();
  ::kill(keeper_, SIGTERM);
  EXPECT_EQ(wait_agent(), 0);
  EXPECT_LT(steady_clock::now() - begun, milliseconds(2000));
  EXPECT_TRUE(traces_of(word()).empty()) << "all is gone when the keeper ends";
  expect_nothing_left();
}

TEST_F(AgentDeath, KillOfTheWorker) {
  begin();
  start_difficult_services();
  ::kill(worker(), SIGKILL);
  EXPECT_EQ(wait_agent(), 70);
  EXPECT_TRUE(traces_of(word()).empty());
  expect_nothing_left();
}

TEST_F(AgentDeath, KillOfTheKeeper) {
  begin();
  start_difficult_services();
  ::kill(keeper_, SIGKILL);
  EXPECT_EQ(wait_agent(), 128 + SIGKILL);
  expect_nothing_left();
  const auto intent = read_intent(state_);
  ASSERT_TRUE(intent.ok() && intent->has_value());
  EXPECT_TRUE((*intent)->closed);
}

TEST_F(AgentDeath, KillOfBothThenUndoAllByHand) {
  begin();
  start_difficult_services();
  // A process without the mark is known by the keeper's sign of life, one a second.
  std::this_thread::sleep_for(milliseconds(1500));
  const pid_t stopped = worker();
  ASSERT_TRUE(pause_process(stopped));  // so that it cannot clean up between the two
  ::kill(keeper_, SIGKILL);
  ::kill(stopped, SIGKILL);
  wait_agent();
  // Direct children end with their parent; what only the log can find is there until
  // somebody looks.
  EXPECT_TRUE(eventually([&] {
    return read_process(stopped) == std::nullopt || !alive(read_process(stopped)->id);
  }));
  const auto [code, output] = run_agent({"undo-all", "--state", state_});
  EXPECT_EQ(code, 0) << output;
  expect_nothing_left();
}

TEST_F(AgentDeath, TheNextStartUndoesFirst) {
  begin();
  const std::map<std::string, std::string> word_variable = {{"TEST_WORD", word()}};
  ASSERT_TRUE(
      controller_
          ->start("x", shell("setsid sh -c 'sleep 611; :' & sleep 612; :"), word_variable)
          .ok());
  ASSERT_TRUE(eventually([&] { return traces_of(word()).size() == 4; }));
  const pid_t old_worker = worker();
  ASSERT_TRUE(pause_process(old_worker));
  ::kill(keeper_, SIGKILL);
  wait_agent();
  EXPECT_FALSE(traces_of(word()).empty());
  // The stopped worker still holds the lock; the new agent ends it too.
  start_agent();
  EXPECT_TRUE(traces_of(word()).empty()) << "undone before the socket is served";
  EXPECT_FALSE(read_process(old_worker) && alive(read_process(old_worker)->id));
  Controller next(socket_);
  EXPECT_TRUE(next.hello().ok());
}

TEST_F(AgentDeath, ForeignProcessesAreNotTouched) {
  // A log that names living processes of somebody else: wrong start time, wrong world, a
  // session they lead.
  const pid_t bystander = ::fork();
  if (bystander == 0) {
    ::setsid();
    ::execlp("sleep", "sleep", "613", nullptr);
    ::_exit(127);
  }
  ASSERT_TRUE(eventually([&] {
    return read_process(bystander) && read_process(bystander)->session == bystander;
  }));
  const ProcessId id = read_process(bystander)->id;
  std::filesystem::create_directory(state_);
  std::filesystem::permissions(state_, std::filesystem::perms::owner_all);
  const std::string mark = "0123456789abcdef0123456789abcdef";
  const auto undo_with = [&](const std::string& place, uint64_t start) {
    std::ofstream(state_ + "/intent.log") << fmt::format(
        "cutset-intent 1 999999 5 {} {}\nstart x\nrunning x {} {}\nrunning y 1 "
        "1\nrunning z -1 5\nrunning q 0 0\ngarbage\nrunning torn {} {}",
        mark, place, bystander, start, bystander, id.start);
    return run_agent({"undo-all", "--state", state_});
  };
  EXPECT_EQ(undo_with(world(), id.start - 1),
            std::make_pair(0, std::string("0 faults lifted, 0 processes ended\n")));
  EXPECT_EQ(undo_with(world(), id.start + 1),
            std::make_pair(0, std::string("0 faults lifted, 0 processes ended\n")));
  EXPECT_EQ(undo_with("another-boot/pid:[1]", id.start),
            std::make_pair(0, std::string("0 faults lifted, 0 processes ended\n")));
  EXPECT_TRUE(alive(id));
  // The same log with everything right does end it: the cases above were not spared by
  // accident.
  EXPECT_EQ(
      undo_with(world(), id.start).second.find("1 processes ended") != std::string::npos,
      true);
  EXPECT_FALSE(alive(id));
  ::waitpid(bystander, nullptr, 0);
}

TEST_F(AgentDeath, ASecondAgentIsRefused) {
  begin();
  const auto same_state =
      run_agent({"serve", "--socket", folder_ + "/other.sock", "--state", state_});
  EXPECT_EQ(same_state.first, 70);
  EXPECT_NE(same_state.second.find(fmt::format(
                "another cutset-agent (pid {}) uses the state folder", keeper_)),
            std::string::npos)
      << same_state.second;
  const auto same_socket =
      run_agent({"serve", "--socket", socket_, "--state", folder_ + "/state2"});
  EXPECT_EQ(same_socket.first, 70);
  EXPECT_NE(same_socket.second.find("another process serves"), std::string::npos)
      << same_socket.second;
  EXPECT_TRUE(controller_->start("x", shell("sleep 60")).ok())
      << "the first agent is not disturbed";
}

TEST_F(AgentDeath, WithItsLeaseTheAgentEnds) {
  begin({"--exit-with-lease"});
  start_difficult_services();
  EXPECT_TRUE(controller_->close().ok());
  EXPECT_EQ(wait_agent(), 0);
  expect_nothing_left();
}

TEST_F(AgentDeath, WithoutAControllerTheAgentEnds) {
  start_agent({"--exit-with-lease", "--lease-ms", "100"});
  EXPECT_EQ(wait_agent(milliseconds(8000)), 0);
  expect_nothing_left();
}

// A controller process of its own that is killed: it starts the agent, holds the lease
// and runs services.
TEST_F(AgentDeath, KillOfTheController) {
  const pid_t parent = ::fork();
  if (parent == 0) {
    const pid_t agent = ::fork();
    if (agent == 0) {
      ::execl(CUTSET_AGENT_BINARY, CUTSET_AGENT_BINARY, "serve", "--socket",
              socket_.c_str(), "--state", state_.c_str(), "--exit-with-lease", nullptr);
      ::_exit(127);
    }
    ::pause();
    ::_exit(0);
  }
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(socket_); }));
  Controller controller(socket_);
  ASSERT_TRUE(controller.hello().ok());
  controller.keep(milliseconds(100));
  ASSERT_TRUE(
      controller
          .start("x", shell("setsid sleep 614 & sleep 615"), {{"TEST_WORD", word()}})
          .ok());
  const auto begun = steady_clock::now();
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  expect_nothing_left();
  EXPECT_LT(steady_clock::now() - begun, milliseconds(2000));
}

TEST_F(AgentDeath, RandomKillsLeaveNothing) {
  const unsigned seed = 20240607;
  std::mt19937 random(seed);
  const auto deadline = steady_clock::now() + milliseconds(40000);
  int rounds = 0;
  for (; rounds < 30 && steady_clock::now() < deadline; ++rounds) {
    start_agent();
    std::atomic<bool> stop{false};
    // Starts, stops and restarts services until the agent is gone.
    std::thread busy([&] {
      Controller controller(socket_);
      if (!controller.hello().ok()) return;
      const std::map<std::string, std::string> word_variable = {{"TEST_WORD", word()}};
      for (int i = 0; !stop; ++i) {
        const std::string name = fmt::format("s{}", i % 4);
        if (i >= 4 && !controller.stop(name, 20).ok()) return;
        if (!controller
                 .start(name,
                        {"sh", "-c",
                         "setsid sh -c 'sleep 616; :' & sleep 617 & sleep 618; :"},
                        word_variable)
                 .ok())
          return;
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 150'000));
    const pid_t worker_pid = worker();
    const auto victims = random() % 3;
    if (victims != 1) ::kill(keeper_, SIGKILL);
    if (victims != 0 && worker_pid > 0) ::kill(worker_pid, SIGKILL);
    ASSERT_TRUE(wait_agent()) << "round " << rounds << ", seed " << seed;
    stop = true;
    busy.join();
    if (victims == 2) {
      // Both at once: the next one undoes.
      const auto [code, output] = run_agent({"undo-all", "--state", state_});
      ASSERT_EQ(code, 0) << output;
    }
    expect_nothing_left();
    ASSERT_FALSE(HasFailure()) << "round " << rounds << ", victims " << victims
                               << ", seed " << seed;
  }
  EXPECT_GE(rounds, 10) << "too slow to mean anything";
  std::printf("%d rounds\n", rounds);
}

}  // namespace
}  // namespace cutset::agent::test
