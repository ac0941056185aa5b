// Pairs of gates that are each other's negation: of the other type, with children that
// are each other's negation one by one. Graphs that have conditions often say of one
// thing both that it holds and that it does not; a formula that knows this learns about
// both at once.
//
// Thread rule: pure function.
#pragma once

#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

constexpr GateId kNoDual = 0xffff'ffff;

/// By gate: its negation, or kNoDual. Empty for a graph without conditions, which has
/// none. A goal that may learn has no dual, nor has anything above it. Cost: linear.
std::vector<GateId> duals(const Dag& dag);

}  // namespace cutset::solver
