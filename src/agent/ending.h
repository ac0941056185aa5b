// Ends a set of processes for certain: SIGTERM, a grace, then SIGKILL again and again
// until none is left.
//
// Thread rule: free function without state; blocks its caller for at most `limit`.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "agent/proc.h"

namespace cutset::agent {

/// What a stopping service gets before SIGKILL when the agent ends everything.
inline constexpr std::chrono::milliseconds kEndGrace{500};
/// After so long ending is given up and what is left is reported (the promise to users is
/// 5 s).
inline constexpr std::chrono::milliseconds kEndLimit{4000};

struct Ending {
  int ended = 0;                  // processes that were signalled and are gone
  std::vector<ProcessInfo> left;  // still there after the limit
};

/// `living` lists the targets that are alive now; it is asked again because targets may
/// have forked meanwhile.
Ending end_processes(const std::function<std::vector<ProcessInfo>()>& living,
                     std::chrono::milliseconds grace = kEndGrace,
                     std::chrono::milliseconds limit = kEndLimit);

}  // namespace cutset::agent
