// Cpu: so many cores are kept busy by processes of our own, inside the instance's cgroup
// if it has one, so that its limits hold for both. The keeper starts and ends them; they
// also end by themselves when the step's duration is over.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

Result<std::string> check_cpu(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_cpu(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
