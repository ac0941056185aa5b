// Findings that lose writes in the same way are one mechanism, whatever the faults were:
// how each copy of the lost write died (never arrived, lost with its node, replaced by
// whom), and whether it was acknowledged before, during or after the faults' windows.
//
// A run may lose writes in several ways; the first write that was lost names the
// mechanism, for what comes later is often its consequence.
//
// Thread rule: pure functions.
#pragma once

#include <string>

#include "campaign/nodes/node_experimenter.h"

namespace cutset::campaign::nodes {

struct Mechanism {
  std::string key;    // equal for equal mechanisms; members of a role are not told apart
  std::string words;  // one sentence
};

/// Requires: the run is broken.
Mechanism mechanism_of(const NodeRun& run);

/// "never arrived at follower", "replaced on leader by what follower had"
std::string death_words(const CopyDeath& death);

/// What a run showed besides its verdict: moved roles and copies that were made again.
/// Runs with equal verdicts and signatures are alike.
std::string signature_of(const NodeRun& run);

}  // namespace cutset::campaign::nodes
