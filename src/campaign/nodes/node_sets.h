// The next schedule of several faults: sets of faults from the solver, smallest first,
// then their orders.
//
// The graph's root holds if some run that was made speaks for the set: the run's faults
// are in the set, no larger run that was made is, and each class of its writes has a
// support of which the set takes nothing (a conditional support, DESIGN rule 3). A set
// that cuts the root is one for which nothing that was observed speaks. Whether an order
// of it can break the outcome is then asked of EvidenceBase::may_break.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "campaign/nodes/node_evidence.h"

namespace cutset::campaign::nodes {

/// Faults from which sets are made: of the probed ones that held, the shortest and the
/// longest of each kind. Two faults at one place are of one kind if they take the same
/// premises of what was seen, by the same means (links, pause, stop), the system did the
/// same, and it depends on no mode whether writes go on in the window. With `all`, every
/// one that was tried is its own kind.
std::vector<NodeFault> representatives(const NodeSpace& space,
                                       const EvidenceBase& evidence, SupportUse use,
                                       bool all);

struct Choice {
  std::optional<NodeSchedule> schedule;  // canonical; none: nothing is left
  uint64_t sets = 0;                     // that the solver gave
};

/// Sets of which no order was worth a run when they were looked at. What is run later may
/// change that, so they are looked at again before the search ends.
using DeadSets = std::set<std::vector<NodeFault>>;

/// Of at least two faults. Without `all`, kinds of faults that break the outcome in this
/// order are not tried in other durations and modes. Requires: the fault-free run is
/// known.
Choice next_schedule(const NodeSpace& space, const EvidenceBase& evidence,
                     const std::vector<NodeFault>& faults, SupportUse use, bool all,
                     DeadSets* dead);

/// Every order of the faults: which begin together, and how each step follows the one
/// before.
std::vector<NodeSchedule> orders_of(const std::vector<NodeFault>& faults);

}  // namespace cutset::campaign::nodes
