// A graph in which some faults never happen: their lost leaves always hold.
//
// A fault that cuts alone is in no other minimal cut set, if nothing is enabled by
// faults. Without such faults most of a graph often folds away, and what is left of it
// has exactly the other minimal cut sets.
//
// Thread rule: pure functions.
#pragma once

#include "solver/fault_graph.h"

namespace cutset::solver {

/// `graph` where the faults (ascending) are never active. Fault numbers stay; a gate's
/// origin is its Child in `graph`. Requires: no conditions. Linear.
FaultGraph without(const FaultGraph& graph, const std::vector<FaultId>& faults);

}  // namespace cutset::solver
