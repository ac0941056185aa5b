// The judge: exhaustive search over all combinations of faults, and how many experiments
// a search with Filibuster's dynamic reduction would have made on the way (calls.md 5.4).
#pragma once

#include <cstdint>
#include <set>

#include "application.h"

namespace cutset::testing {

struct ExhaustiveResult {
  uint64_t experiments = 0;
  uint64_t reduced =
      0;  // of them, those that show some handler (or the outcomes) something new
  uint64_t reduced_reporting =
      0;  // those, and the minimal breaking sets: a search has run what it reports
  std::set<campaign::FaultSet> minimal;  // minimal breaking sets, mode by mode
  bool gave_up = false;                  // more than `most` experiments
};

ExhaustiveResult search_exhaustively(const Application& application, uint64_t most);

}  // namespace cutset::testing
