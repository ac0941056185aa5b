// The fault graph of what runs have shown (Lineage): a node is an OR over its rules, a
// rule an AND over its premises; the root is the conjunction of the outcomes.
//
// Different runs may show that two goals derive each other. Nodes of such a cycle are
// unrolled: what holds after one round, two rounds, as many as there are nodes; as in a
// run, where each round of a recursion adds something or is the last. Goals begin with
// none of them there, absences with all: the least and the greatest fixpoint.
//
// Thread rule: pure function.
#pragma once

#include "base/result.h"
#include "campaign/lineage_experimenter.h"
#include "solver/fault_graph.h"

namespace cutset::campaign {

/// Faults as in cut_graph.h. A gate's origin is its node. Error, kBadInput: a cycle is
/// too large to be unrolled.
Result<solver::FaultGraph> lineage_graph(const Lineage& lineage, const FaultSpace& space);

}  // namespace cutset::campaign
