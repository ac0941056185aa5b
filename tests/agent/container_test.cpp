// Plans on a container of a real Docker engine, which the test starts in a network
// namespace, on a socket and in folders of its own. Its image is made of busybox; none is
// pulled.
#include "plan_fixture.h"
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/engine/container_engine.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent::test {
namespace {

using v1::StepEvent;

class PlanContainer : public PlanFixture {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not run: a container engine needs root";
    for (const char* program : {"dockerd", "docker", "busybox", "ip", "nsenter"}) {
      if (!shell_out(fmt::format("command -v {}", program)).ok)
        GTEST_SKIP() << "not run: " << program << " is not installed";
    }
    space_ = "cutset-dock-" + std::to_string(::getpid());
    engine_ = folder_ + "/d.sock";
    ASSERT_TRUE(shell_out("ip netns add " + space_).ok);
    daemon_ = ::fork();
    if (daemon_ == 0) {
      const std::string command = fmt::format(
          "exec nsenter --net=/run/netns/{0} dockerd --data-root {1}/data --exec-root "
          "{1}/exec --pidfile {1}/pid -H unix://{2} >{1}/dockerd.log 2>&1",
          space_, folder_, engine_);
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    if (!eventually([&] { return docker("info").ok; }, milliseconds(20000)))
      GTEST_SKIP() << "not run: dockerd does not start here: "
                   << shell_out("tail -3 " + folder_ + "/dockerd.log").output;
    const auto made = shell_out(fmt::format(
        "mkdir -p {0}/root/bin && cp $(command -v busybox) {0}/root/bin/ && for c in sh "
        "sleep echo mkdir touch cat ls; do ln -s busybox {0}/root/bin/$c; done; tar -C "
        "{0}/root -c . | docker -H unix://{1} import - cutset-test:1",
        folder_, engine_));
    ASSERT_TRUE(made.ok) << made.output;
    const auto run =
        docker("run -d --network none --label cutset.test=" + word() +
               " -v /volume cutset-test:1 /bin/sh -c 'mkdir -p /data; touch /data/x; "
               "while :; do echo tick; "
               "sleep 0.02; done'");
    if (!run.ok) GTEST_SKIP() << "not run: no container starts here: " << run.output;
  }

  void TearDown() override {
    controller_.reset();
    if (daemon_ > 0) {
      (void)docker("ps -aq | xargs -r docker -H unix://" + engine_ + " rm -f");
      ::kill(daemon_, SIGTERM);
      const bool ended =
          eventually([&] { return ::waitpid(daemon_, nullptr, WNOHANG) == daemon_; },
                     milliseconds(10000));
      if (!ended) ::kill(daemon_, SIGKILL);
    }
    if (!space_.empty()) (void)shell_out("ip netns del " + space_);
  }

  struct Said {
    bool ok = false;
    std::string output;
  };
  static Said shell_out(const std::string& command) {
    CommandSpec spec;
    spec.arguments = {"sh", "-c", command};
    spec.deadline = milliseconds(30000);
    const auto outcome = run_command(spec);
    if (!outcome.ok()) return {};
    return {outcome->exit_code == 0,
            std::string(trim(outcome->output + outcome->error_output))};
  }
  Said docker(const std::string& command) const {
    return shell_out("docker -H unix://" + engine_ + " " + command);
  }
  std::string status() const { return docker("ps -a --format '{{.Status}}'").output; }

  std::string space_;
  std::string engine_;
  pid_t daemon_ = 0;
};

TEST_F(PlanContainer, EachActionIsSeenFromOutside) {
  begin();
  v1::Instance* instance = plan_.add_instances();
  instance->mutable_name()->set_service("a");
  instance->mutable_container()->set_engine(engine_);
  instance->mutable_container()->add_labels("cutset.test=" + word());
  v1::CustomAction* custom = add_step("custom", "a", 50)->mutable_custom();
  for (const char* argument : {"sh", "-c", "echo in $0; ls /data 2>&1; exit 3", "here"})
    custom->add_arguments(argument);
  v1::Step* cpu = add_step("cpu", "a", 50);
  cpu->mutable_cpu()->set_cores(1);
  cpu->set_duration_ns(500'000'000);
  v1::Step* pause = add_step("pause", "a", 1000);
  pause->mutable_pause();
  pause->set_duration_ns(1'000'000'000);
  add_step("wipe", "a", 2500)->mutable_disk_wipe()->set_path("/data");
  add_step("restart", "a", 3000)->mutable_restart();
  add_step("kill", "a", 5500)->mutable_kill();
  run_plan();
  events_until(StepEvent::VERIFIED, "pause");
  EXPECT_NE(status().find("Paused"), std::string::npos) << status();
  events_until(StepEvent::UNDONE, "pause");
  EXPECT_EQ(status().find("Paused"), std::string::npos) << status();
  events_until(StepEvent::VERIFIED, "wipe");
  const auto events = events_until(StepEvent::VERIFIED, "kill");
  EXPECT_TRUE(eventually([&] { return status().starts_with("Exited (137)"); }))
      << status();
  EXPECT_EQ(find(events, StepEvent::OUTPUT, "custom")->exit_code(), 3)
      << story(events, "custom");
  EXPECT_NE(find(events, StepEvent::OUTPUT, "custom")->detail().find("in here"),
            std::string::npos);
  EXPECT_NE(find(events, StepEvent::VERIFIED, "cpu"), nullptr) << story(events, "cpu");
  EXPECT_NE(story(events, "wipe").find("/data: N files"), std::string::npos)
      << story(events, "wipe");
  EXPECT_NE(find(events, StepEvent::VERIFIED, "restart"), nullptr)
      << story(events, "restart");
  EXPECT_EQ(close().problems_size(), 0);
}

TEST_F(PlanContainer, ItsVolumeIsFilledAndItsLifeIsTold) {
  begin();
  v1::Instance* instance = plan_.add_instances();
  instance->mutable_name()->set_service("a");
  instance->mutable_container()->set_engine(engine_);
  instance->mutable_container()->add_labels("cutset.test=" + word());
  const auto fill = [&](const std::string& id, const std::string& path, int when) {
    v1::Step* step = add_step(id, "a", when);
    step->mutable_disk_fill()->set_path(path);
    step->mutable_disk_fill()->set_bytes(4 << 20);
    step->set_duration_ns(500'000'000);
  };
  fill("own layer", "/data", 50);
  fill("volume", "/volume", 100);
  add_step("kill", "a", 1500)->mutable_kill();
  run_plan();
  events_until(StepEvent::VERIFIED, "volume");
  EXPECT_NE(docker("exec $(docker -H unix://" + engine_ + " ps -q) ls /volume")
                .output.find("cutset-fill-"),
            std::string::npos);
  events_until(StepEvent::UNDONE, "volume");
  EXPECT_EQ(docker("exec $(docker -H unix://" + engine_ + " ps -q) ls /volume").output,
            "");
  events_until(StepEvent::VERIFIED, "kill");
  std::this_thread::sleep_for(milliseconds(500));
  const auto closed = close();
  EXPECT_EQ(closed.problems_size(), 0);
  std::string life;
  std::string failure;
  for (const StepEvent& event : closed.events()) {
    if (event.kind() == StepEvent::INSTANCE_STARTED) life += "started ";
    if (event.kind() == StepEvent::INSTANCE_ENDED)
      life += fmt::format("ended {} ", event.exit_code());
    if (event.kind() == StepEvent::FAILED) failure += event.step() + event.error();
  }
  EXPECT_EQ(life, "started ended 137 ");
  EXPECT_NE(failure.find("own layer"), std::string::npos) << failure;
  EXPECT_NE(failure.find("is in no volume"), std::string::npos) << failure;
}

TEST_F(PlanContainer, ALineOfItsOutputIsWaitedFor) {
  begin();
  v1::Instance* instance = plan_.add_instances();
  instance->mutable_name()->set_service("a");
  instance->mutable_container()->set_engine(engine_);
  instance->mutable_container()->add_labels("cutset.test=" + word());
  v1::Step* step = plan_.add_steps();
  step->set_id("at the line");
  step->mutable_target()->set_service("a");
  step->mutable_kill();
  v1::Trigger* when = step->mutable_when();
  when->mutable_log()->mutable_instance()->set_service("a");
  when->mutable_log()->set_pattern("^tick$");
  when->mutable_log()->set_nth(20);
  when->set_timeout_ns(20'000'000'000);
  run_plan();
  const auto events = events_until(StepEvent::VERIFIED, "at the line");
  EXPECT_NE(story(events, "at the line").find("line \"tick\""), std::string::npos)
      << story(events, "at the line");
  EXPECT_TRUE(eventually([&] { return status().starts_with("Exited (137)"); }));
  EXPECT_EQ(close().problems_size(), 0);
}

TEST_F(PlanContainer, AKilledAgentLeavesNothingPaused) {
  begin();
  v1::Instance* instance = plan_.add_instances();
  instance->mutable_name()->set_service("a");
  instance->mutable_container()->set_engine(engine_);
  instance->mutable_container()->add_labels("cutset.test=" + word());
  add_step("pause", "a", 50)->mutable_pause();
  run_plan();
  events_until(StepEvent::VERIFIED, "pause");
  ::kill(worker(), SIGKILL);
  EXPECT_EQ(wait_agent(), 70);
  EXPECT_TRUE(status().starts_with("Up")) << "foreign: resumed, and still there";
  EXPECT_EQ(status().find("Paused"), std::string::npos) << status();
}

}  // namespace
}  // namespace cutset::agent::test
