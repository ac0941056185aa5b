// Bandwidth between the target and the peers: packets wait in a tap as in front of a slow
// cable, what the target sends in one and what it receives in another, each together for
// all peers (peers in the target's own namespace have one each). No queueing discipline
// of the machine is touched.
//
// Records: of the taps (agent/link/link_tap.h).
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_bandwidth(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_bandwidth(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
