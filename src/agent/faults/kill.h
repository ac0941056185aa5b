// Kill: SIGKILL to all processes of an instance at once, also to a paused one's. Over
// when it is done; nothing to undo.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_kill(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_kill(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
