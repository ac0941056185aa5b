#include "agent/faults/fault_table.h"

#include <algorithm>
#include <array>

#include "agent/faults/bandwidth.h"
#include "agent/faults/delay.h"
#include "agent/faults/disk_fill.h"
#include "agent/faults/omission.h"
#include "agent/faults/partition.h"

namespace cutset::agent {

namespace {

using v1::Step;

constexpr std::array kRules{
    FaultRule{Step::kDiskFill, "disk_fill", check_disk_fill, make_disk_fill},
    FaultRule{Step::kPartition, "partition", check_partition, make_partition},
    FaultRule{Step::kDelay, "delay", check_delay, make_delay},
    FaultRule{Step::kBandwidth, "bandwidth", check_bandwidth, make_bandwidth},
    FaultRule{Step::kOmission, "omission", check_omission, make_omission},
};

}  // namespace

std::span<const FaultRule> fault_rules() {
  return kRules;
}

const FaultRule* find_fault_rule(Step::ActionCase action) {
  const auto* found =
      std::find_if(kRules.begin(), kRules.end(),
                   [&](const FaultRule& rule) { return rule.action == action; });
  return found == kRules.end() ? nullptr : &*found;
}

}  // namespace cutset::agent
