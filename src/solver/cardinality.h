// At most k of some literals, for growing k: a counter that forces its outputs upwards.
//
// Sequential counter (Sinz 2005), one direction, truncated at its width: n x width
// variables, 2 x n x width clauses. Thread rule: its solver's.
#pragma once

#include <vector>

#include "solver/sat_backend.h"

namespace cutset::solver {

class Counter {
 public:
  /// Distinguishes 0 .. width literals.
  Counter(SatBackend& solver, std::vector<Literal> literals, uint32_t width);

  /// Assumed (or added), it allows at most `most` of the literals. 0: no assumption is
  /// needed, as there are no more. Requires: most < width or there are no more.
  Literal at_most(uint32_t most) const;
  uint32_t width() const { return static_cast<uint32_t>(outputs_.size()); }
  size_t literals() const { return count_; }

 private:
  size_t count_;
  std::vector<Literal> outputs_;  // [j]: forced if at least j+1 hold
};

}  // namespace cutset::solver
