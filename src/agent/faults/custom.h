// Custom: a command of the user's, run as the instance sees the machine (in its folder
// and environment, or executed in its container). Its output and exit code are reported.
// It may take as long as the step's duration, or a minute; what still runs then is ended.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_custom(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_custom(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
