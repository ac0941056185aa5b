// The fault graph of a derivation model: what the solver searches for cuts.
//
// Each goal becomes two gates, "holds" (one of its firings has all its premises) and
// "does not hold" (each of its firings lacks one); a fault's two leaves are those of the
// solver. The two gates of a goal are complements under every fault set, so a set cuts
// the root exactly if an outcome is violated in the run under it. Outcomes are the root's
// conjuncts: post holds, or pre does not. Only what they need becomes gates.
//
// Thread rule: pure functions.
#pragma once

#include "campaign/lineage_experimenter.h"
#include "solver/fault_graph.h"

namespace cutset::campaign {

/// Kinds "omit" and "crash", weight: the time (earlier is likelier). A gate's origin is
/// the literal of the model, 2 * goal + 1 where it does not hold.
solver::FaultGraph cut_graph(const DerivationModel& model, const FaultSpace& space);

/// The table of faults alone: numbers as in the space.
solver::FaultTable fault_table(const FaultSpace& space);

}  // namespace cutset::campaign
