// The solver's graph: an AND/OR DAG over faults, as arrays.
//
// A fault has two leaves. Its lost leaf holds unless the fault is active, its enabled
// leaf holds only if it is active (a condition of what was learned under faults,
// calls.md 5.1). An AND gate holds if all children hold, an OR gate (a goal) if one does.
// A set of active faults *cuts* if the root does not hold under exactly them.
//
// A Child says what stands below a gate (or is the root): a lost leaf (the fault's
// number), a gate (fault_count() + its index), an enabled leaf (kEnabledBit + fault), or
// a constant. This is the numbering of cutset-dag/1 (solver.md section 6), whose -1-i is
// the enabled leaf of fault i.
//
// Invariants of a Dag that DagBuilder made (check_invariants()):
// 1. A gate's children are smaller than it: ids are a topological order.
// 2. Children are sorted and distinct; enabled leaves come last; no child is constant.
// 3. Gates with the same type and children are one, and none has fewer than two children;
//    except goals that may learn.
//
// Memory: 4 bytes a child, 9 bytes a gate. Thread rule: const after it was built.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cutset::solver {

using FaultId = uint32_t;
using GateId = uint32_t;  // index of a gate, 0-based
using Child = uint32_t;

constexpr Child kEnabledBit = 0x8000'0000;
constexpr Child kTrue = 0x7fff'fffe;
constexpr Child kFalse = 0x7fff'ffff;
constexpr uint32_t kMostNodes = 0x7fff'fff0;

constexpr Child enabled_by(FaultId fault) {
  return kEnabledBit | fault;
}
constexpr bool is_enabled(Child child) {
  return (child & kEnabledBit) != 0;
}
constexpr bool is_constant(Child child) {
  return child == kTrue || child == kFalse;
}

class Dag {
 public:
  uint32_t fault_count() const { return fault_count_; }
  uint32_t gate_count() const { return static_cast<uint32_t>(type_.size()); }
  size_t edge_count() const { return children_.size(); }
  Child root() const { return root_; }

  bool is_gate(Child child) const {
    return child >= fault_count_ && child < fault_count_ + gate_count();
  }
  bool is_lost(Child child) const { return child < fault_count_; }
  GateId gate_of(Child child) const { return child - fault_count_; }
  Child child_of(GateId gate) const { return fault_count_ + gate; }

  bool is_and(GateId gate) const { return (type_[gate] & kAndBit) != 0; }
  bool may_learn(GateId gate) const { return (type_[gate] & kLearnBit) != 0; }
  std::span<const Child> children(GateId gate) const {
    return {children_.data() + first_[gate], children_.data() + first_[gate + 1]};
  }
  /// The gate's id in the graph that this one was made from: the id in the file, or a
  /// Child of the Dag that a pass was given.
  uint32_t origin(GateId gate) const { return origin_[gate]; }
  /// Some gate has an enabled leaf: the graph is not monotone.
  bool has_conditions() const { return has_conditions_; }

  void check_invariants() const;

 private:
  friend class DagBuilder;
  static constexpr uint8_t kAndBit = 1;
  static constexpr uint8_t kLearnBit = 2;

  uint32_t fault_count_ = 0;
  Child root_ = kTrue;
  bool has_conditions_ = false;
  std::vector<uint32_t> first_{0};  // by gate, into children_; one more at the end
  std::vector<Child> children_;
  std::vector<uint8_t> type_;
  std::vector<uint32_t> origin_;
};

}  // namespace cutset::solver
