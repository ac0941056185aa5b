// The state folder of an agent: its lock, its intent log, the output of its services. One
// agent a folder.
//
//   lock          flock'ed by the keeper and its worker as long as one of them lives
//   intent.log, alive    agent/intent_log.h
//   logs/<service>.log, logs/<service>.log.old (of the agent before)
//
// Thread rule: free functions; each is called once, before threads exist.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

/// Makes the folder (0700) and its logs/ where they are absent. Returns its absolute
/// path. Error: not a folder of this user, or others may write to it (they could make the
/// agent end processes of their choice).
Result<std::string> open_state_folder(const std::string& path);

/// Error: another agent uses the folder (names its pid). Waits a few seconds for a worker
/// that still cleans up after its keeper was killed.
Result<Fd> lock_state_folder(const std::string& path);

std::string log_file(const std::string& state_folder, const std::string& service);

}  // namespace cutset::agent
