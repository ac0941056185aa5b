// Pause: all processes of an instance are frozen by its cgroup, or its container is
// paused by the engine. Undone by resuming.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_pause(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_pause(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
