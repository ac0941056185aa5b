// How many experiments exhaustive search would need, by the learned model: all fault sets
// within the budget each of whose faults is met, in every mode, depth first (the rule of
// Filibuster; calls.md 5.4). Thread rule: pure function.
#pragma once

#include <cstdint>

#include "campaign/candidates.h"
#include "campaign/model.h"

namespace cutset::campaign {

struct ExhaustiveCount {
  uint64_t experiments = 0;  // the fault-free run included
  bool lower_bound = false;  // the counting was cut off
};

/// Counts by prediction, kind by kind; stops after `most_predictions`.
ExhaustiveCount count_exhaustive(const Model& model, const Candidates& candidates,
                                 size_t budget, size_t most_predictions);

}  // namespace cutset::campaign
