#include "agent/resources/sampler.h"

#include <array>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include "agent/plan/event_log.h"
#include "agent/resources/proc_counters.h"
#include "base/fd.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kNanosASecond = 1'000'000'000;
constexpr std::chrono::seconds kRest{1};
constexpr std::chrono::milliseconds kSlow{100};

/// Of /proc, whose files have no size. "" if it is gone.
std::string text_of_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return "";
  std::string text;
  std::array<char, 8192> piece{};
  constexpr size_t kMost = size_t{1} << 20;
  while (text.size() < kMost) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size <= 0) break;
    text.append(piece.data(), static_cast<size_t>(size));
  }
  return text;
}

std::string network_of(const std::string& process) {
  std::array<char, 64> name{};
  const std::string path = "/proc/" + process + "/ns/net";
  const ssize_t size = ::readlink(path.c_str(), name.data(), name.size());
  return size > 0 ? std::string(name.data(), static_cast<size_t>(size)) : "";
}

uint64_t nanos_of_ticks(uint64_t ticks) {
  static const auto per_second = static_cast<uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks * (kNanosASecond / per_second);
}

/// Not what is made of other disks or of memory.
bool is_whole_disk(std::string_view name) {
  for (const std::string_view made : {"loop", "ram", "zram", "dm-", "md", "sr"}) {
    if (name.starts_with(made)) return false;
  }
  std::error_code ignored;
  return std::filesystem::exists("/sys/block/" + std::string(name), ignored);
}

void set_traffic(const TrafficCounters& traffic, v1::ResourceSample& sample) {
  sample.set_received_bytes(traffic.received_bytes);
  sample.set_sent_bytes(traffic.sent_bytes);
  sample.set_received_packets(traffic.received_packets);
  sample.set_sent_packets(traffic.sent_packets);
  sample.set_received_dropped(traffic.received_dropped);
  sample.set_sent_dropped(traffic.sent_dropped);
}

/// Adds the CPU time of its life to `cost_ns`.
class Cost {
 public:
  explicit Cost(int64_t& cost_ns) : cost_ns_(cost_ns), begin_(now()) {}
  ~Cost() { cost_ns_ += now() - begin_; }
  Cost(const Cost&) = delete;
  Cost& operator=(const Cost&) = delete;

 private:
  static int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * static_cast<int64_t>(kNanosASecond) + time.tv_nsec;
  }

  int64_t& cost_ns_;
  const int64_t begin_;
};

uint32_t count_processes() {
  std::error_code ignored;
  uint32_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.empty() && name[0] >= '0' && name[0] <= '9') ++count;
  }
  return count;
}

}  // namespace

Sampler::Sampler() : own_network_(network_of("self")) {}

uint64_t Sampler::Total::add(uint64_t now) {
  if (now > last) told += now - last;
  last = now;
  return told;
}

v1::ResourceSample Sampler::host() {
  const Cost cost(cost_ns_);
  v1::ResourceSample sample;
  sample.set_utc_ns(utc_now_ns());
  const CpuTicks cpu = parse_cpu(text_of_file("/proc/stat"));
  sample.set_cpu_ns(nanos_of_ticks(cpu.busy));
  sample.set_cores(cpu.cores);
  const MemoryBytes memory = parse_memory(text_of_file("/proc/meminfo"));
  sample.set_memory_bytes(memory.used);
  sample.set_memory_limit_bytes(memory.total);
  set_traffic(parse_traffic(text_of_file("/proc/self/net/dev")), sample);
  const DiskBytes disks = parse_disks(text_of_file("/proc/diskstats"), is_whole_disk);
  sample.set_read_bytes(disks.read);
  sample.set_written_bytes(disks.written);
  sample.set_processes(count_processes());
  return sample;
}

std::vector<v1::ResourceSample> Sampler::instances(const Instances& instances) {
  const Cost cost(cost_ns_);
  std::vector<v1::ResourceSample> samples;
  for (const v1::Instance* instance : instances.all()) {
    if (instance->kind_case() == v1::Instance::KIND_NOT_SET) continue;
    const Clock::time_point begin = Clock::now();
    Clock::time_point& rests_until = rests_until_[text_of(instance->name())];
    if (begin < rests_until) continue;
    const auto processes = instances.processes(instance->name());
    const Clock::time_point end = Clock::now();
    if (!processes.ok() && instance->has_container()) rests_until = end + kRest;
    if (processes.ok() && !processes->empty())
      samples.push_back(sample(instance->name(), *processes));
    if (end - begin >= kSlow) break;
  }
  return samples;
}

v1::ResourceSample Sampler::sample(const v1::InstanceName& name,
                                   const std::vector<ProcessInfo>& processes) {
  static const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  uint64_t ticks = 0;
  uint64_t pages = 0;
  DiskBytes disk;
  for (const ProcessInfo& process : processes) {
    const std::string folder = fmt::format("/proc/{}/", process.id.pid);
    ticks += parse_process_ticks(text_of_file(folder + "stat")).value_or(0);
    pages += parse_process_pages(text_of_file(folder + "statm"));
    const DiskBytes its = parse_process_io(text_of_file(folder + "io"));
    disk.read += its.read;
    disk.written += its.written;
  }
  Totals& totals = totals_[text_of(name)];
  v1::ResourceSample sample;
  *sample.mutable_instance() = name;
  sample.set_utc_ns(utc_now_ns());
  sample.set_cpu_ns(nanos_of_ticks(totals.ticks.add(ticks)));
  sample.set_memory_bytes(pages * page);
  sample.set_read_bytes(totals.read.add(disk.read));
  sample.set_written_bytes(totals.written.add(disk.written));
  sample.set_processes(static_cast<uint32_t>(processes.size()));
  const std::string first = std::to_string(processes.front().id.pid);
  const std::string network = network_of(first);
  if (!network.empty() && network != own_network_) {
    set_traffic(parse_traffic(text_of_file("/proc/" + first + "/net/dev")), sample);
  }
  return sample;
}

}  // namespace cutset::agent
