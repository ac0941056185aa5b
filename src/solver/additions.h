// Alternatives that goals got after the graph was built: a layer over a Dag, which stays
// as it is. The new AND gates are numbered behind the graph's own.
//
// Thread rule: one owner; the Dag must outlive it.
#pragma once

#include <unordered_map>
#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

class Additions {
 public:
  explicit Additions(const Dag& dag) : dag_(&dag) {}

  /// `goal` also holds if all `premises` do. Requires: an OR gate of the graph; no
  /// premise depends on it.
  void add(Child goal, std::vector<Child> premises);

  const Dag& dag() const { return *dag_; }
  uint32_t gate_count() const {
    return dag_->gate_count() + static_cast<uint32_t>(alternatives_.size());
  }
  bool is_gate(Child child) const {
    return child >= dag_->fault_count() && child < dag_->fault_count() + gate_count();
  }
  bool is_and(GateId gate) const {
    return gate >= dag_->gate_count() || dag_->is_and(gate);
  }
  bool may_learn(GateId gate) const {
    return gate < dag_->gate_count() && dag_->may_learn(gate);
  }
  std::span<const Child> children(GateId gate) const;
  /// Goals above something that learned are told by this: the goals themselves.
  const std::vector<Child>& goals() const { return goals_; }

 private:
  const Dag* dag_;
  std::vector<std::vector<Child>> alternatives_;
  std::unordered_map<GateId, std::vector<Child>> children_;  // of goals with additions
  std::vector<Child> goals_;                                 // one for each alternative
};

}  // namespace cutset::solver
