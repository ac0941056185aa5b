// What is read from /proc, and samples of processes that really run.
#include <array>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/plan/instances.h"
#include "agent/resources/proc_counters.h"
#include "agent/resources/sampler.h"

namespace cutset::agent {
namespace {

TEST(ProcCounters, Cpu) {
  const CpuTicks ticks = parse_cpu(
      "cpu  10 2 30 1000 50 4 5 6 7 8\ncpu0 5 1 15 500 25 2 2 3 0 0\n"
      "cpu1 5 1 15 500 25 2 3 3 0 0\nintr 1 2 3\n");
  EXPECT_EQ(ticks.busy, 10U + 2 + 30 + 4 + 5 + 6);  // neither idle, iowait nor guests
  EXPECT_EQ(ticks.cores, 2U);
}

TEST(ProcCounters, Memory) {
  const MemoryBytes memory =
      parse_memory("MemTotal:  100 kB\nMemFree: 10 kB\nMemAvailable:   40 kB\n");
  EXPECT_EQ(memory.total, 102'400U);
  EXPECT_EQ(memory.used, 61'440U);
}

TEST(ProcCounters, Traffic) {
  const TrafficCounters traffic = parse_traffic(
      "Inter-|   Receive                         |  Transmit\n"
      " face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs "
      "drop fifo colls carrier compressed\n"
      "    lo: 100 2 0 1 0 0 0 0 100 2 0 0 0 0 0 0\n"
      "  eth0:5000 7 0 2 0 0 0 0 300 4 0 3 0 0 0 0\n");
  EXPECT_EQ(traffic.received_bytes, 5100U);
  EXPECT_EQ(traffic.received_packets, 9U);
  EXPECT_EQ(traffic.received_dropped, 3U);
  EXPECT_EQ(traffic.sent_bytes, 400U);
  EXPECT_EQ(traffic.sent_packets, 6U);
  EXPECT_EQ(traffic.sent_dropped, 3U);
}

TEST(ProcCounters, DisksAreCountedOnce) {
  const DiskBytes disks = parse_disks(
      "   8  0 sda 10 0 100 5 20 0 200 7 0 0 0\n   8  1 sda1 9 0 90 5 19 0 190 7 0 0 0\n",
      [](std::string_view name) { return name == "sda"; });
  EXPECT_EQ(disks.read, 51'200U);
  EXPECT_EQ(disks.written, 102'400U);
}

TEST(ProcCounters, ProcessesWithStrangeNames) {
  EXPECT_EQ(
      parse_process_ticks("7 (a) b) (c) S 1 7 7 0 -1 4194560 1 2 3 4 11 12 13 14 20"),
      50U);
  EXPECT_EQ(parse_process_ticks("7 (a"), std::nullopt);
  EXPECT_EQ(parse_process_ticks("7 (a) S 1"), std::nullopt);
  EXPECT_EQ(parse_process_pages("900 300 100 1 0 50 0"), 200U);
  EXPECT_EQ(parse_process_pages(""), 0U);
  const DiskBytes io =
      parse_process_io("rchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\n");
  EXPECT_EQ(io.read, 4096U);
  EXPECT_EQ(io.written, 8192U);
}

/// One instance whose processes are given.
class OneInstance final : public Instances {
 public:
  OneInstance() {
    instance_.mutable_name()->set_service("s");
    instance_.mutable_process();
  }
  std::vector<ProcessInfo> running;

  const v1::Instance* find(const v1::InstanceName& /*name*/) const override {
    return &instance_;
  }
  std::vector<const v1::Instance*> all() const override { return {&instance_}; }
  Result<Body*> body(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  Result<ProcessId> leader(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  Result<std::vector<ProcessInfo>> processes(
      const v1::InstanceName& /*name*/) const override {
    return running;
  }
  Result<Fd> network_namespace(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  std::string unified_group(const v1::InstanceName& /*name*/) const override {
    return "";
  }

 private:
  v1::Instance instance_;
};

/// Takes 300 ms of CPU time, then waits to be killed.
pid_t start_burner() {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  timespec used{};
  while (used.tv_sec == 0 && used.tv_nsec < 300'000'000) {
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  }
  ::pause();
  ::_exit(0);
}

TEST(Sampler, AProcessThatBurnsIsSeenAndItsCounterNeverGoesBack) {
  const pid_t pid = start_burner();
  ASSERT_GT(pid, 0);
  OneInstance instances;
  instances.running = {*read_process(pid)};
  Sampler sampler;
  uint64_t last = 0;
  // The machine may be busy with other things: until it has burnt, 30 s at most.
  for (int i = 0; i < 300 && last < 200'000'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto samples = sampler.instances(instances);
    ASSERT_EQ(samples.size(), 1U);
    EXPECT_GE(samples[0].cpu_ns(), last);
    EXPECT_EQ(samples[0].processes(), 1U);
    EXPECT_EQ(samples[0].received_bytes(), 0U);  // our own network namespace
    last = samples[0].cpu_ns();
  }
  EXPECT_GE(last, 200'000'000U);
  // Another process in its place: what was burnt stays counted.
  ASSERT_EQ(::kill(pid, SIGKILL), 0);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  instances.running = {*read_process(::getpid())};
  const uint64_t before = sampler.instances(instances)[0].cpu_ns();
  EXPECT_GE(before, last);
  instances.running = {};
  EXPECT_TRUE(sampler.instances(instances).empty());
  EXPECT_GT(sampler.cost_ns(), 0);
}

/// Containers that an engine says do not run, after a while.
class AbsentContainers final : public Instances {
 public:
  explicit AbsentContainers(std::chrono::milliseconds patience) : patience_(patience) {
    for (v1::Instance& instance : instances_) {
      instance.mutable_name()->set_service(&instance == instances_.data() ? "a" : "b");
      instance.mutable_container();
    }
  }
  mutable std::string asked;

  const v1::Instance* find(const v1::InstanceName& /*name*/) const override {
    return nullptr;
  }
  std::vector<const v1::Instance*> all() const override {
    return {&instances_[0], &instances_[1]};
  }
  Result<Body*> body(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  Result<ProcessId> leader(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  Result<std::vector<ProcessInfo>> processes(
      const v1::InstanceName& name) const override {
    asked += name.service();
    std::this_thread::sleep_for(patience_);
    return Error::unavailable("does not run");
  }
  Result<Fd> network_namespace(const v1::InstanceName& /*name*/) const override {
    return Error::unavailable("not asked");
  }
  std::string unified_group(const v1::InstanceName& /*name*/) const override {
    return "";
  }

 private:
  const std::chrono::milliseconds patience_;
  std::array<v1::Instance, 2> instances_;
};

TEST(Sampler, AnEngineIsNotAskedForAContainerMoreThanOnceASecond) {
  const AbsentContainers instances(std::chrono::milliseconds(0));
  Sampler sampler;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(sampler.instances(instances).empty());
  EXPECT_EQ(instances.asked, "ab");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_TRUE(sampler.instances(instances).empty());
  EXPECT_EQ(instances.asked, "abab");
}

TEST(Sampler, ASlowEngineIsAskedForOneContainerAtATime) {
  const AbsentContainers instances(std::chrono::milliseconds(150));
  Sampler sampler;
  EXPECT_TRUE(sampler.instances(instances).empty());
  EXPECT_EQ(instances.asked, "a");
  EXPECT_TRUE(sampler.instances(instances).empty());
  EXPECT_EQ(instances.asked, "ab");
}

TEST(Sampler, TheHostHasWhatThisMachineHas) {
  Sampler sampler;
  const v1::ResourceSample first = sampler.host();
  EXPECT_FALSE(first.has_instance());
  EXPECT_GT(first.cores(), 0U);
  EXPECT_GT(first.memory_limit_bytes(), first.memory_bytes());
  EXPECT_GT(first.processes(), 1U);
  const v1::ResourceSample second = sampler.host();
  EXPECT_GE(second.cpu_ns(), first.cpu_ns());
  EXPECT_GE(second.utc_ns(), first.utc_ns());
}

}  // namespace
}  // namespace cutset::agent
