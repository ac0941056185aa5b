// Undoes what an agent left behind, from its intent log alone.
//
// What is ours, and nothing else:
//   1. the recorded pids, if they still have the recorded start time;
//   2. processes with the agent's mark (128 random bits) in their environment;
//   3. members of a recorded service's process session, if they began while the keeper
//   was
//      known to be alive: then the number was the service's. Later it may name somebody
//      else's session, and nothing could tell. In the moment of the keeper's death every
//      member counts.
// In another boot or pid namespace nothing of it exists.
//
// Thread rule: blocks; no state.
#pragma once

#include <vector>

#include "agent/ending.h"
#include "agent/intent_log.h"

namespace cutset::agent {

enum class Evidence {
  kFresh,  // the keeper died this moment: sessions still are what they were
  kLate,   // any time later
};

/// The living processes that the log shows to be ours; never this process.
std::vector<ProcessInfo> find_ours(const Intent& intent, Evidence evidence);

/// Ends them and removes the socket file.
Ending undo(const Intent& intent, Evidence evidence);

/// Undoes an earlier agent of this state folder, if there is something to undo, and says
/// so in its log. Requires: the folder's lock. Error: something could not be ended (names
/// it).
Result<Ending> undo_earlier_agent(const std::string& state_folder);

}  // namespace cutset::agent
