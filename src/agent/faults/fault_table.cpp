#include "agent/faults/fault_table.h"

#include <algorithm>
#include <array>

#include "agent/faults/disk_fill.h"

namespace cutset::agent {

namespace {

using v1::Step;

constexpr std::array kRules{
    FaultRule{Step::kDiskFill, "disk_fill", check_disk_fill, make_disk_fill},
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
