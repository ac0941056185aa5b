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
// In another boot or pid namespace nothing of it exists. Beside processes, what the undo
// records describe; each of their kinds knows what is ours (agent/faults/undo_table.h).
//
// Thread rule: blocks; no state.
#pragma once

#include <vector>

#include "agent/ending.h"
#include "agent/faults/record.h"
#include "agent/intent_log.h"

namespace cutset::agent {

enum class Evidence {
  kFresh,  // the keeper died this moment: sessions still are what they were
  kLate,   // any time later
};

/// The living processes that the log shows to be ours; never this process.
std::vector<ProcessInfo> find_ours(const Intent& intent, Evidence evidence);

struct Undone {
  Ending processes;
  std::vector<uint64_t> records;      // numbers
  std::vector<OpenRecord> left;       // could not be undone
  std::vector<std::string> problems;  // why; as many as `left`
};

/// Undoes faults, ends the processes, removes what they lived in, and the socket file.
Undone undo(const Intent& intent, Evidence evidence);

/// The keeper has died this moment, and the caller is who is left of its agent: undoes
/// everything and says so in the log. Bounded: the process ends by SIGALRM if it hangs.
void undo_for_lost_keeper(const std::string& state_folder, const std::string& socket_path,
                          bool own_folder);

/// Undoes an earlier agent of this state folder, if there is something to undo, and says
/// so in its log. Requires: the folder's lock. Error: something could not be ended (names
/// it). Records that could not be undone are left in the log and in the answer.
Result<Undone> undo_earlier_agent(const std::string& state_folder);

}  // namespace cutset::agent
