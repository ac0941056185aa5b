// Omission of messages that the target sends to the peers: of datagrams one by one, of
// streams with a known framing as link/omission_stage.h says, for TCP knows no loss of a
// message.
//
// Record: see agent/link/link_tap.h.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_omission(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_omission(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
