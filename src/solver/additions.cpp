#include "solver/additions.h"

#include "base/check.h"

namespace cutset::solver {

void Additions::add(Child goal, std::vector<Child> premises) {
  CHECK(dag_->is_gate(goal) && !dag_->is_and(dag_->gate_of(goal)));
  const GateId gate = dag_->gate_of(goal);
  const Child alternative = dag_->fault_count() + gate_count();
  alternatives_.push_back(std::move(premises));
  goals_.push_back(goal);
  const auto [entry, is_new] = children_.try_emplace(gate);
  if (is_new) {
    const std::span<const Child> before = dag_->children(gate);
    entry->second.assign(before.begin(), before.end());
  }
  entry->second.push_back(alternative);
}

std::span<const Child> Additions::children(GateId gate) const {
  if (gate >= dag_->gate_count()) return alternatives_[gate - dag_->gate_count()];
  if (!children_.empty()) {
    if (const auto found = children_.find(gate); found != children_.end()) {
      return found->second;
    }
  }
  return dag_->children(gate);
}

}  // namespace cutset::solver
