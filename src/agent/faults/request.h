// Calls to the target fail: a pattern (RequestAction) at its reverse proxy, from the
// moment on until the plan is closed. It waits for its calls and fires at the first.
//
// No record: a pattern is in this agent's memory and nowhere else. It goes with the step,
// with the lease, and with the agent; after that calls pass, or there is no proxy.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_calls_fail(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_calls_fail(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
