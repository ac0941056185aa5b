// How long an execution takes, four ways, over the same random fault sets.
#pragma once

#include <string>

#include "models.h"

#include "base/result.h"

namespace cutset::dedalus {

/// Microseconds of processor time an execution, medians over the rounds.
struct ExecutionTimes {
  double judge = 0;     // verdict only; steps that earlier runs evaluated are kept
  double lineage = 0;   // tables, messages, firings; likewise
  double cold = 0;      // verdict only; every run evaluates all of its steps
  double naive = 0;     // the reference evaluator of the tests: everything from scratch
  uint64_t tuples = 0;  // of the fault-free run
};

/// All four in every round, alternating. Each round has fault sets of its own, so that
/// what is kept comes from other fault sets. Error: an evaluation failed, or two of them
/// disagree about a verdict.
Result<ExecutionTimes> measure_executions(const BenchmarkModel& model, int rounds,
                                          size_t sets_a_round);

}  // namespace cutset::dedalus
