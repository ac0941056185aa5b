// The counters that the kernel shows in /proc, read from their text. What cannot be read
// counts as nothing: a process may be gone by now, and samples are no reason to fail.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace cutset::agent {

struct CpuTicks {
  uint64_t busy = 0;
  uint32_t cores = 0;
};
/// /proc/stat
CpuTicks parse_cpu(std::string_view text);

struct MemoryBytes {
  uint64_t used = 0;  // what is not available any more
  uint64_t total = 0;
};
/// /proc/meminfo
MemoryBytes parse_memory(std::string_view text);

struct TrafficCounters {
  uint64_t received_bytes = 0;
  uint64_t received_packets = 0;
  uint64_t received_dropped = 0;
  uint64_t sent_bytes = 0;
  uint64_t sent_packets = 0;
  uint64_t sent_dropped = 0;
};
/// /proc/net/dev: all interfaces, loopback included.
TrafficCounters parse_traffic(std::string_view text);

struct DiskBytes {
  uint64_t read = 0;
  uint64_t written = 0;
};
/// /proc/diskstats: the disks that `is_whole` says yes to; partitions are in their disks.
DiskBytes parse_disks(std::string_view text,
                      const std::function<bool(std::string_view)>& is_whole);
/// /proc/PID/io: of the process and of its children that it has waited for.
DiskBytes parse_process_io(std::string_view text);

/// /proc/PID/stat: ticks of the process and of its children that it has waited for.
std::optional<uint64_t> parse_process_ticks(std::string_view text);
/// /proc/PID/statm: what is resident and not shared with files or others, in pages.
uint64_t parse_process_pages(std::string_view text);

}  // namespace cutset::agent
