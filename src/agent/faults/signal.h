// Signal: any signal to the first process of an instance. Over when it is done; nothing
// to undo (a stopped process goes on at the latest when it is killed).
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_signal(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_signal(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
