// Restart: the same slot again, with the disk it had. Who is alive is asked to end first
// and killed after a second. Over when it is done.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_restart(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_restart(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
