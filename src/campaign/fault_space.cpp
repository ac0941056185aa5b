#include <algorithm>

#include <fmt/format.h>

#include "campaign/lineage_experimenter.h"

namespace cutset::campaign {

FaultSpace FaultSpace::of(std::vector<std::string> nodes, uint32_t eot, uint32_t eff,
                          uint32_t crashes) {
  FaultSpace space;
  space.nodes = std::move(nodes);
  space.eot = eot;
  space.eff = eff;
  space.crashes = crashes;
  const auto count = static_cast<uint32_t>(space.nodes.size());
  for (uint32_t time = 1; time <= eot; ++time) {
    for (uint32_t from = 0; from < count && time < eff; ++from) {
      for (uint32_t to = 0; to < count; ++to) {
        if (from == to) continue;
        space.faults.push_back({ModelFault::Kind::kOmission, from, to, time});
      }
    }
    for (uint32_t node = 0; node < count && crashes > 0 && time < eot; ++node) {
      space.faults.push_back({ModelFault::Kind::kCrash, node, 0, time});
    }
  }
  return space;
}

std::string FaultSpace::text(uint32_t fault) const {
  const ModelFault& is = faults[fault];
  if (is.kind == ModelFault::Kind::kCrash) {
    return fmt::format("crash of {} at {}", nodes[is.from], is.time);
  }
  return fmt::format("omission {} -> {} at {}", nodes[is.from], nodes[is.to], is.time);
}

std::string FaultSpace::text(const FaultNumbers& set) const {
  std::string result = "{";
  for (const uint32_t fault : set) {
    if (result.size() > 1) result += ", ";
    result += text(fault);
  }
  return result + "}";
}

/// By the order in which of() makes them.
uint32_t FaultSpace::find(const ModelFault& fault) const {
  const auto none = static_cast<uint32_t>(faults.size());
  const auto count = static_cast<uint32_t>(nodes.size());
  const bool is_crash = fault.kind == ModelFault::Kind::kCrash;
  if (fault.time == 0 || fault.from >= count) return none;
  const uint32_t before = fault.time - 1;
  const uint32_t lossy = eff == 0 ? 0 : eff - 1;
  uint32_t at = count * (count - 1) * std::min(before, lossy);
  if (crashes > 0) at += count * std::min(before, eot - 1);
  if (!is_crash) {
    if (fault.time >= eff || fault.to >= count || fault.to == fault.from) return none;
    return at + fault.from * (count - 1) + fault.to - (fault.to > fault.from ? 1 : 0);
  }
  if (crashes == 0 || fault.time >= eot) return none;
  return at + (fault.time < eff ? count * (count - 1) : 0) + fault.from;
}

FaultNumbers FaultSpace::image(const FaultNumbers& set,
                               const std::vector<uint32_t>& renaming) const {
  FaultNumbers result;
  for (const uint32_t number : set) {
    ModelFault fault = faults[number];
    fault.from = renaming[fault.from];
    if (fault.kind == ModelFault::Kind::kOmission) fault.to = renaming[fault.to];
    result.push_back(find(fault));
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool FaultSpace::is_canonical(const FaultNumbers& set) const {
  std::vector<uint32_t> crashed(nodes.size(), UINT32_MAX);  // by node: since when
  uint32_t count = 0;
  for (const uint32_t fault : set) {
    const ModelFault& is = faults[fault];
    if (is.kind != ModelFault::Kind::kCrash) continue;
    if (crashed[is.from] != UINT32_MAX || ++count > crashes) return false;
    crashed[is.from] = is.time;
  }
  for (const uint32_t fault : set) {
    const ModelFault& is = faults[fault];
    if (is.kind == ModelFault::Kind::kOmission && crashed[is.from] <= is.time)
      return false;
  }
  return true;
}

}  // namespace cutset::campaign
