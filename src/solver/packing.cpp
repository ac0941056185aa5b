#include "solver/packing.h"

#include <algorithm>

namespace cutset::solver {

namespace {

constexpr uint32_t kNever = 0xffff'ffff;
constexpr uint32_t kMostCost = 0x3fff'ffff;

class Packing {
 public:
  explicit Packing(const Dag& dag)
      : dag_(dag), cost_(dag.gate_count()), taken_(dag.fault_count(), 0) {}

  /// Empty: the root does not hold without the faults taken so far.
  std::vector<FaultId> next() {
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) cost_[gate] = cost_of(gate);
    std::vector<FaultId> support;
    if (cost(dag_.root()) == kNever) return support;
    std::vector<uint8_t> met(dag_.gate_count(), 0);
    std::vector<Child> waiting{dag_.root()};
    while (!waiting.empty()) {
      const Child child = waiting.back();
      waiting.pop_back();
      if (dag_.is_lost(child)) {
        if (taken_[child] == 0) support.push_back(child);
        taken_[child] = 1;
        continue;
      }
      const GateId gate = dag_.gate_of(child);
      if (met[gate] != 0) continue;
      met[gate] = 1;
      const std::span<const Child> below = dag_.children(gate);
      if (dag_.is_and(gate)) {
        waiting.insert(waiting.end(), below.begin(), below.end());
      } else {
        waiting.push_back(
            *std::min_element(below.begin(), below.end(),
                              [this](Child a, Child b) { return cost(a) < cost(b); }));
      }
    }
    std::sort(support.begin(), support.end());
    return support;
  }

 private:
  uint32_t cost(Child child) const {
    if (dag_.is_lost(child)) return taken_[child] != 0 ? kNever : 1;
    return cost_[dag_.gate_of(child)];
  }

  /// The faults of the smallest support, as if nothing were shared.
  uint32_t cost_of(GateId gate) const {
    uint64_t sum = 0;
    uint32_t least = kNever;
    bool holds = true;
    for (const Child child : dag_.children(gate)) {
      const uint32_t here = cost(child);
      least = std::min(least, here);
      holds = holds && here != kNever;
      sum += here;
    }
    if (!dag_.is_and(gate)) return least;
    return holds ? static_cast<uint32_t>(std::min<uint64_t>(sum, kMostCost)) : kNever;
  }

  const Dag& dag_;
  std::vector<uint32_t> cost_;
  std::vector<uint8_t> taken_;
};

}  // namespace

std::vector<std::vector<FaultId>> disjoint_supports(const Dag& dag, size_t most) {
  std::vector<std::vector<FaultId>> supports;
  if (dag.has_conditions() || is_constant(dag.root())) return supports;
  Packing packing(dag);
  while (supports.size() < most) {
    std::vector<FaultId> support = packing.next();
    if (support.empty()) break;
    supports.push_back(std::move(support));
  }
  return supports;
}

}  // namespace cutset::solver
