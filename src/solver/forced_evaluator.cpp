#include "solver/forced_evaluator.h"

#include <algorithm>

namespace cutset::solver {

bool ForcedEvaluator::cuts(std::span<const FaultId> set) {
  for (const FaultId fault : set) evaluator_.set_active(fault, true);
  std::vector<Child> forced;
  for (bool changed = true; changed && !evaluator_.root_holds();) {
    changed = false;
    for (const Alternative& alternative : alternatives_) {
      if (evaluator_.holds(alternative.goal)) continue;
      const bool holds =
          std::all_of(alternative.premises.begin(), alternative.premises.end(),
                      [this](Child premise) { return evaluator_.holds(premise); });
      if (!holds) continue;
      evaluator_.force(alternative.goal, true);
      forced.push_back(alternative.goal);
      changed = true;
    }
  }
  const bool result = !evaluator_.root_holds();
  for (; !forced.empty(); forced.pop_back()) evaluator_.force(forced.back(), false);
  evaluator_.undo_to(0);
  return result;
}

}  // namespace cutset::solver
