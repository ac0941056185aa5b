// Does the root hold, while faults are switched on and off? Counter-based: a switch costs
// the edges above the nodes that change.
//
// Each gate counts its children that do not hold; an AND gate holds at 0, an OR gate
// below its number of children. A switch first takes its lost leaf, then gives its
// enabled leaf (or the other way round), so that each gate changes at most twice.
//
// Invariant: after each call all values are what the graph says of the active faults.
// Thread rule: one owner; the Dag must outlive it.
#pragma once

#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

/// Who stands above: for each lost leaf, gate and enabled leaf the gates that have it as
/// a child, ascending.
class Parents {
 public:
  explicit Parents(const Dag& dag);
  /// Requires: no constant.
  std::span<const GateId> of(Child child) const {
    const size_t slot = is_enabled(child) ? enabled_ + (child & ~kEnabledBit) : child;
    return {gates_.data() + first_[slot], gates_.data() + first_[slot + 1]};
  }

 private:
  size_t enabled_;  // slot of the enabled leaf of fault 0
  std::vector<uint32_t> first_;
  std::vector<GateId> gates_;
};

class DagEvaluator {
 public:
  /// No fault is active. `parents` must be those of `dag` and outlive the evaluator.
  DagEvaluator(const Dag& dag, const Parents& parents);

  bool root_holds() const { return holds(dag_->root()); }
  bool holds(Child child) const;
  bool is_active(FaultId fault) const { return active_[fault] != 0; }
  void set_active(FaultId fault, bool active);

  /// The gate holds whatever its children do, until it is taken back.
  void force(Child gate, bool forced);

  /// Active faults in the order in which they were set with set_active(), as a trail:
  /// undo_to(n) takes back all but the first n. set_active(fault, false) by hand and the
  /// trail must not be mixed.
  size_t trail() const { return trail_.size(); }
  void undo_to(size_t trail);

  /// Takes faults out of `set`, in the order given by `drop_first`, as long as it still
  /// cuts. Requires: no fault is active, the graph has no conditions, `set` cuts and
  /// `drop_first` has the same faults. Nothing is active afterwards.
  std::vector<FaultId> minimised(const std::vector<FaultId>& set,
                                 const std::vector<FaultId>& drop_first);
  /// Does the root fail under exactly `set`? Requires: no fault is active.
  bool cuts(std::span<const FaultId> set);

 private:
  void change(Child leaf, bool holds);
  bool computed(GateId gate) const {
    return dag_->is_and(gate) ? missing_[gate] == 0
                              : missing_[gate] < dag_->children(gate).size();
  }

  const Dag* dag_;
  const Parents* parents_;
  std::vector<uint32_t> missing_;  // by gate: children that do not hold
  std::vector<uint8_t> holds_;     // by gate
  std::vector<uint8_t> forced_;    // by gate; empty: none
  std::vector<uint8_t> active_;
  std::vector<FaultId> trail_;
  std::vector<Child> queue_;
};

}  // namespace cutset::solver
