// One clock for what several machines tell of one run: ours.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/play/record.h"

namespace cutset::injector {

struct NodeClocks {
  // What the clock of each host is ahead of ours, ns. Hosts of one kernel have one clock,
  // so that the order of what happened on them is exact: 0 for our own kernel, else the
  // best of their measurements. A measurement that contradicts this (a copy of a running
  // virtual machine has its boot id too; a clock was set) stands for itself.
  std::map<std::string, int64_t> offsets;
  bool clients_elsewhere = false;  // the workload runs on another kernel than we
};
NodeClocks node_clocks(const std::vector<play::HostRecord>& hosts,
                       const std::string& clients_on, const std::string& own_boot_id);

/// A moment by both of our clocks.
struct OwnTime {
  int64_t utc_ns = 0;
  int64_t monotonic_ns = 0;
};
OwnTime own_time();

/// The history that a driver on another kernel has written, as if it had been written
/// here, so that the driver can go on with it here. `offset_ns`: what its clock is ahead.
/// Error: bad_input: no history begins with that line.
Result<std::string> history_by_our_clock(const std::string& lines, int64_t offset_ns,
                                         OwnTime now);

}  // namespace cutset::injector
