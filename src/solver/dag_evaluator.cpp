#include "solver/dag_evaluator.h"

#include "base/check.h"

namespace cutset::solver {

Parents::Parents(const Dag& dag)
    : enabled_(size_t{dag.fault_count()} + dag.gate_count()) {
  const size_t slots = enabled_ + (dag.has_conditions() ? dag.fault_count() : 0);
  const auto slot_of = [this](Child child) {
    return is_enabled(child) ? enabled_ + (child & ~kEnabledBit) : size_t{child};
  };
  first_.assign(slots + 2, 0);
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    for (const Child child : dag.children(gate)) ++first_[slot_of(child) + 2];
  }
  for (size_t i = 2; i < first_.size(); ++i) first_[i] += first_[i - 1];
  gates_.resize(dag.edge_count());
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    for (const Child child : dag.children(gate))
      gates_[first_[slot_of(child) + 1]++] = gate;
  }
}

DagEvaluator::DagEvaluator(const Dag& dag, const Parents& parents)
    : dag_(&dag),
      parents_(&parents),
      missing_(dag.gate_count(), 0),
      holds_(dag.gate_count(), 1),
      active_(dag.fault_count(), 0) {
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    uint32_t missing = 0;
    for (const Child child : dag.children(gate)) missing += holds(child) ? 0 : 1;
    missing_[gate] = missing;
    holds_[gate] = dag.is_and(gate) ? missing == 0 : missing < dag.children(gate).size();
  }
}

bool DagEvaluator::holds(Child child) const {
  if (child == kTrue) return true;
  if (child == kFalse) return false;
  if (is_enabled(child)) return active_[child & ~kEnabledBit] != 0;
  if (dag_->is_lost(child)) return active_[child] == 0;
  return holds_[dag_->gate_of(child)] != 0;
}

void DagEvaluator::set_active(FaultId fault, bool active) {
  if (is_active(fault) == active) return;
  active_[fault] = active ? 1 : 0;
  if (active) trail_.push_back(fault);
  // Down first, then up: within a phase a gate changes at most once.
  if (active) change(fault, false);
  if (dag_->has_conditions()) change(enabled_by(fault), active);
  if (!active) change(fault, true);
}

void DagEvaluator::force(Child gate, bool forced) {
  const GateId which = dag_->gate_of(gate);
  if (forced_.empty()) forced_.assign(dag_->gate_count(), 0);
  forced_[which] = forced ? 1 : 0;
  const bool now = forced || computed(which);
  if (now == (holds_[which] != 0)) return;
  holds_[which] = now ? 1 : 0;
  change(gate, now);
}

void DagEvaluator::undo_to(size_t trail) {
  while (trail_.size() > trail) {
    const FaultId last = trail_.back();
    trail_.pop_back();
    set_active(last, false);
  }
}

void DagEvaluator::change(Child leaf, bool holds) {
  queue_.assign(1, leaf);
  while (!queue_.empty()) {
    const Child child = queue_.back();
    queue_.pop_back();
    for (const GateId gate : parents_->of(child)) {
      missing_[gate] += holds ? uint32_t(-1) : 1;
      const bool now = computed(gate) || (!forced_.empty() && forced_[gate] != 0);
      if (now == (holds_[gate] != 0)) continue;
      holds_[gate] = now ? 1 : 0;
      queue_.push_back(dag_->child_of(gate));
    }
  }
}

std::vector<FaultId> DagEvaluator::minimised(const std::vector<FaultId>& set,
                                             const std::vector<FaultId>& drop_first) {
  CHECK(trail_.empty() && !dag_->has_conditions());
  for (const FaultId fault : set) set_active(fault, true);
  CHECK(!root_holds());
  for (const FaultId fault : drop_first) {
    set_active(fault, false);
    if (root_holds()) set_active(fault, true);
  }
  std::vector<FaultId> kept;
  for (const FaultId fault : set) {
    if (is_active(fault)) kept.push_back(fault);
  }
  for (const FaultId fault : kept) set_active(fault, false);
  trail_.clear();
  return kept;
}

bool DagEvaluator::cuts(std::span<const FaultId> set) {
  const size_t before = trail();
  for (const FaultId fault : set) set_active(fault, true);
  const bool result = !root_holds();
  undo_to(before);
  return result;
}

}  // namespace cutset::solver
