#include "solver/cardinality.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::solver {

Counter::Counter(SatBackend& solver, std::vector<Literal> literals, uint32_t width)
    : count_(literals.size()) {
  for (const Literal literal : literals) {
    const size_t before = outputs_.size();
    std::vector<Literal> next;
    const size_t after = std::min<size_t>(before + 1, width);
    for (size_t j = 0; j < after; ++j) {
      const Literal output = solver.new_variable();
      next.push_back(output);
      if (j < before) solver.add({-outputs_[j], output});
      if (j == 0) {
        solver.add({-literal, output});
      } else {
        solver.add({-literal, -outputs_[j - 1], output});
      }
    }
    outputs_ = std::move(next);
  }
}

Literal Counter::at_most(uint32_t most) const {
  if (most >= count_) return 0;
  CHECK(most < outputs_.size());
  return -outputs_[most];
}

}  // namespace cutset::solver
