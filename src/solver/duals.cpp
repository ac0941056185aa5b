#include "solver/duals.h"

#include <algorithm>
#include <unordered_map>

namespace cutset::solver {

namespace {

class Pairing {
 public:
  explicit Pairing(const Dag& dag) : dag_(dag), dual_(dag.gate_count(), kNoDual) {}

  std::vector<GateId> run() {
    by_hash_.reserve(dag_.gate_count());
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
      if (dag_.may_learn(gate)) continue;
      if (negated_children(gate)) pair(gate);
      const std::span<const Child> children = dag_.children(gate);
      by_hash_.emplace(hash(dag_.is_and(gate), children), gate);
    }
    return std::move(dual_);
  }

 private:
  static uint64_t hash(bool is_and, std::span<const Child> children) {
    uint64_t state = is_and ? 1 : 2;
    for (const Child child : children) {
      state = (state ^ child) * 0xff51afd7ed558ccdULL;
      state ^= state >> 32;
    }
    return state;
  }

  /// Into negated_; false: one of them has no negation. Those that stand before this gate
  /// are known, and others cannot be its dual's children.
  bool negated_children(GateId gate) {
    negated_.clear();
    for (const Child child : dag_.children(gate)) {
      if (is_enabled(child)) {
        negated_.push_back(child & ~kEnabledBit);
      } else if (dag_.is_lost(child)) {
        negated_.push_back(enabled_by(child));
      } else {
        const GateId dual = dual_[dag_.gate_of(child)];
        if (dual == kNoDual) return false;
        negated_.push_back(dag_.child_of(dual));
      }
    }
    std::sort(negated_.begin(), negated_.end());
    return true;
  }

  void pair(GateId gate) {
    const bool is_and = !dag_.is_and(gate);
    const auto [begin, end] = by_hash_.equal_range(hash(is_and, negated_));
    for (auto entry = begin; entry != end; ++entry) {
      const std::span<const Child> children = dag_.children(entry->second);
      if (dag_.is_and(entry->second) != is_and ||
          !std::equal(children.begin(), children.end(), negated_.begin(),
                      negated_.end())) {
        continue;
      }
      dual_[gate] = entry->second;
      dual_[entry->second] = gate;
      return;
    }
  }

  const Dag& dag_;
  std::vector<GateId> dual_;
  std::unordered_multimap<uint64_t, GateId> by_hash_;  // looked up, never iterated
  std::vector<Child> negated_;
};

}  // namespace

std::vector<GateId> duals(const Dag& dag) {
  if (!dag.has_conditions()) return {};
  return Pairing(dag).run();
}

}  // namespace cutset::solver
