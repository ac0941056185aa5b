// Start: the command of the plan, or the container as it was. Over when it is done; what
// still runs when the plan is closed is ended then.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_start(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_start(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
