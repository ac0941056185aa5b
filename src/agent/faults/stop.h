// Stop: SIGTERM (a container's own stop signal), and SIGKILL to all that is left when the
// grace is over. Over when it is done; nothing to undo.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_stop(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_stop(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
