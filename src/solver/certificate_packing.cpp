// Packings of a part: greedy, the support that looks smallest first, then the smallest
// without its faults. Enabled leaves count as not there, so that a support holds whatever
// the faults outside of it do.
#include <algorithm>

#include "solver/certificate_formula.h"

namespace cutset::solver {

namespace {

using Local = CertificateCone::Local;

constexpr uint32_t kNever = 0xffff'ffff;
constexpr uint32_t kMostCost = 0x3fff'ffff;

class PartPacking {
 public:
  explicit PartPacking(const CertificatePart& part)
      : cone_(part.cone), cost_(cone_.gate_count()), fault_cost_(cone_.faults.size(), 1) {
    for (size_t slot = 0; slot < fault_cost_.size(); ++slot) {
      const CertificateBudget::Limit* limit = part.budget.limit_of(part.kinds[slot]);
      if (limit != nullptr && limit->most == 0) fault_cost_[slot] = 0;
    }
  }

  /// False: the roots do not hold without the faults taken so far.
  bool next(std::vector<uint32_t>& support) {
    support.clear();
    for (uint32_t gate = 0; gate < cone_.gate_count(); ++gate)
      cost_[gate] = cost_of(gate);
    for (const Local root : cone_.roots) {
      if (cost(root) == kNever) return false;
    }
    std::vector<Local> waiting = cone_.roots;
    std::vector<uint8_t> met(cone_.gate_count(), 0);
    while (!waiting.empty()) {
      const Local node = waiting.back();
      waiting.pop_back();
      if (node.type() == Local::Type::kLost) {
        if (fault_cost_[node.number()] == 1) support.push_back(node.number());
        if (fault_cost_[node.number()] == 1) fault_cost_[node.number()] = kNever;
        continue;
      }
      if (met[node.number()] != 0) continue;
      met[node.number()] = 1;
      const std::span<const Local> below = cone_.children(node.number());
      if (cone_.is_and[node.number()] != 0) {
        waiting.insert(waiting.end(), below.begin(), below.end());
      } else {
        waiting.push_back(
            *std::min_element(below.begin(), below.end(),
                              [this](Local a, Local b) { return cost(a) < cost(b); }));
      }
    }
    return true;
  }

 private:
  uint32_t cost(Local node) const {
    switch (node.type()) {
      case Local::Type::kLost:
        return fault_cost_[node.number()];
      case Local::Type::kEnabled:
        return kNever;
      case Local::Type::kGate:
        break;
    }
    return cost_[node.number()];
  }

  /// The faults of the smallest support, as if nothing were shared.
  uint32_t cost_of(uint32_t gate) const {
    uint64_t sum = 0;
    uint32_t least = kNever;
    bool holds = true;
    for (const Local child : cone_.children(gate)) {
      const uint32_t here = cost(child);
      least = std::min(least, here);
      holds = holds && here != kNever;
      sum += here;
    }
    if (cone_.is_and[gate] == 0) return least;
    return holds ? static_cast<uint32_t>(std::min<uint64_t>(sum, kMostCost)) : kNever;
  }

  const CertificateCone& cone_;
  std::vector<uint32_t> cost_;
  std::vector<uint32_t> fault_cost_;  // by slot; 0: may not be active
};

}  // namespace

std::vector<std::vector<uint32_t>> packing_of(const CertificatePart& part) {
  // Each support costs a pass over the cone, here and when it is checked.
  constexpr uint64_t kMostWork = uint64_t{1} << 28;
  const uint64_t affordable = kMostWork / (part.cone.below.size() + 1);
  std::vector<std::vector<uint32_t>> supports;
  PartPacking packing(part);
  std::vector<uint8_t> met(256, 0);  // kinds in a support
  uint64_t by_kinds = 0;             // so many supports can their limits hit
  std::vector<uint32_t> support;
  while (supports.size() <= std::min<uint64_t>(part.budget.total, affordable)) {
    if (!packing.next(support)) return {};
    std::sort(support.begin(), support.end());
    for (const uint32_t slot : support) {
      const uint8_t kind = part.kinds[slot];
      if (met[kind] != 0) continue;
      met[kind] = 1;
      const CertificateBudget::Limit* limit = part.budget.limit_of(kind);
      by_kinds += limit == nullptr ? kNever : limit->most;
    }
    const bool cannot_be_hit = support.empty();
    supports.push_back(support);
    const uint64_t most = std::min<uint64_t>(by_kinds, part.budget.total);
    if (cannot_be_hit || supports.size() > most) return supports;
  }
  return {};
}

}  // namespace cutset::solver
