// The question "which fault set is worth an experiment?" (calls.md 5.2, "The query") as a
// fault graph: a set of faults (call, kind of failure) cuts it if it is worth one, so
// that "nothing is left to try" is "the graph has no cut set within the budget".
//
//   root     = AND of "nothing unknown is reached", "nothing broken is predicted";
//   each     = the prediction says so, OR the set is settled;
//   settled  = two kinds of one call, a fault on a call that is not made, a set that a
//              run has answered (calls.md 5.1), that contains a violated one, or was
//              planned.
//
// In negation normal form: a graph in both polarities of its leaves. Numbers of faults
// are their order of preference, and so are their weights (query_faults.h).
//
// Thread rule: pure function of its arguments.
#pragma once

#include <string>
#include <vector>

#include "campaign/query_faults.h"
#include "solver/fault_graph.h"

namespace cutset::campaign {

struct QueryState {
  size_t budget = 2;
  bool compose = true;             // false: whole runs only (calls.md 5.1)
  std::vector<FaultSet> violated;  // block their supersets
  std::vector<FaultSet> planned;   // block themselves
};

solver::FaultGraph query_graph(const Model& model, const Composition& composition,
                               const QueryFaults& faults, const QueryState& state);

}  // namespace cutset::campaign
