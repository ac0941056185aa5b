// `cutset-agent serve`: prepares everything, then becomes keeper and worker.
//
// Thread rule: called once, in a process that has one thread.
#pragma once

#include "agent/command_line.h"

namespace cutset::agent {

/// Returns the exit code when the agent has ended. Error: it could not begin; nothing is
/// left behind.
Result<int> serve(const CommandLine& line);

}  // namespace cutset::agent
