// All derivations that any run within a failure specification may have: the program's
// rules with values put in, over an over-approximation of the tuples of all runs.
//
// It is computed forward in time and by strata, as a run is, but for all fault sets at
// once: a tuple is *possible* if some rule may derive it from possible tuples whose
// negated premises are not *certain* (derived whatever the faults do). Every possible
// tuple becomes a goal with all its firings; those that are certain become constants, and
// those that hold exactly when one other holds become that one.
//
// Guarantee (what makes the search complete): for every fault set within the
// specification, a tuple of the run holds if and only if its goal holds in the model
// under that set. By induction over times, strata and rounds: a firing is listed if it
// fires in any run, because its premises are possible; and it fires in a run if and only
// if its premises, absences and message are there, because a rule depends on nothing
// else. Absences are exact because the goals of all possible matching tuples are known.
// Recursion within a time step is unrolled as far as a run could need it, aggregates are
// unrolled over the possible members of their group, so that no goal depends on itself.
//
// Cost: linear in the possible firings; programs whose possible tuples grow without bound
// (a count that only an absence stops) or beyond the limits are refused with the relation
// and time that grew.
//
// Thread rule: pure function.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "campaign/lineage_experimenter.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct GroundingLimits {
  uint64_t max_tuples = 200'000;     // possible tuples, over all times
  uint64_t max_firings = 2'000'000;  // possible firings, unrolled
  std::function<bool()> stop;        // may be empty; true: give up
};

/// A tuple as the caller names it.
struct NamedTuple {
  std::string relation;
  std::vector<Constant> columns;
};

struct Grounding {
  campaign::DerivationModel model;
  uint64_t tuples = 0;   // possible
  uint64_t firings = 0;  // possible, before simplification
};

/// `outcomes`: tuples of post at the end of the fault-free run. `space` is that of
/// `spec`. Error: a limit (kBadInput names what grew), or stopped.
Result<Grounding> ground(const Program& program, const FailureSpec& spec,
                         const campaign::FaultSpace& space,
                         const std::vector<NamedTuple>& outcomes,
                         const GroundingLimits& limits);

}  // namespace cutset::dedalus
