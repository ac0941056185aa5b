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

uint32_t FaultSpace::find(const ModelFault& fault) const {
  return static_cast<uint32_t>(std::find(faults.begin(), faults.end(), fault) -
                               faults.begin());
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
