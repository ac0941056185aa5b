#include "solver/dag.h"

#include "base/check.h"

namespace cutset::solver {

void Dag::check_invariants() const {
  CHECK(first_.size() == type_.size() + 1 && origin_.size() == type_.size());
  CHECK(first_.back() == children_.size());
  bool conditions = false;
  for (GateId gate = 0; gate < gate_count(); ++gate) {
    const std::span<const Child> below = children(gate);
    CHECK(below.size() >= 2 || may_learn(gate));
    CHECK(!may_learn(gate) || !is_and(gate));
    for (size_t i = 0; i < below.size(); ++i) {
      CHECK(i == 0 || below[i - 1] < below[i]);
      CHECK(!is_constant(below[i]));
      if (is_enabled(below[i])) {
        CHECK((below[i] & ~kEnabledBit) < fault_count_);
        conditions = true;
      } else {
        CHECK(below[i] < child_of(gate));
      }
    }
  }
  CHECK(conditions || is_enabled(root_) ? has_conditions_ : true);
  CHECK(is_constant(root_) || is_enabled(root_) || root_ < child_of(gate_count()));
}

}  // namespace cutset::solver
