// Delay of what the target sends to the peers, with jitter: by a tap (agent/link), on
// every kernel alike, on connections that are open too, and in order within a connection.
//
// Record: see agent/link/link_tap.h.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_delay(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_delay(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
