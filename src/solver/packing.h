// Pairwise disjoint supports: no fault is in two of them, so that a cut set has at least
// as many faults as there are supports. A support is a set of faults that lets the root
// hold as long as none of them is active.
//
// Greedy: the support that looks smallest, then the smallest without its faults, and so
// on. Each costs one pass over the graph. Thread rule: pure function.
#pragma once

#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

/// At most `most` supports; none if the graph has conditions or the root is constant.
std::vector<std::vector<FaultId>> disjoint_supports(const Dag& dag, size_t most);

}  // namespace cutset::solver
