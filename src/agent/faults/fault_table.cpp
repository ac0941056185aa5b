#include "agent/faults/fault_table.h"

#include <algorithm>
#include <array>

#include "agent/faults/bandwidth.h"
#include "agent/faults/cpu.h"
#include "agent/faults/custom.h"
#include "agent/faults/delay.h"
#include "agent/faults/disk_fill.h"
#include "agent/faults/disk_wipe.h"
#include "agent/faults/kill.h"
#include "agent/faults/memory.h"
#include "agent/faults/omission.h"
#include "agent/faults/partition.h"
#include "agent/faults/pause.h"
#include "agent/faults/request.h"
#include "agent/faults/restart.h"
#include "agent/faults/signal.h"
#include "agent/faults/start.h"
#include "agent/faults/stop.h"

namespace cutset::agent {

namespace {

using v1::Step;

constexpr std::array kRules{
    FaultRule{Step::kKill, "kill", false, false, check_kill, make_kill},
    FaultRule{Step::kSignal, "signal", false, false, check_signal, make_signal},
    FaultRule{Step::kStop, "stop", false, false, check_stop, make_stop},
    FaultRule{Step::kStart, "start", false, true, check_start, make_start},
    FaultRule{Step::kRestart, "restart", false, true, check_restart, make_restart},
    FaultRule{Step::kPause, "pause", true, true, check_pause, make_pause},
    FaultRule{Step::kCpu, "cpu", true, true, check_cpu, make_cpu},
    FaultRule{Step::kMemory, "memory", true, true, check_memory, make_memory},
    FaultRule{Step::kDiskFill, "disk_fill", true, true, check_disk_fill, make_disk_fill},
    FaultRule{Step::kDiskWipe, "disk_wipe", false, false, check_disk_wipe,
              make_disk_wipe},
    FaultRule{Step::kCustom, "custom", false, true, check_custom, make_custom},
    FaultRule{Step::kPartition, "partition", true, true, check_partition, make_partition},
    FaultRule{Step::kDelay, "delay", true, true, check_delay, make_delay},
    FaultRule{Step::kOmission, "omission", true, true, check_omission, make_omission},
    FaultRule{Step::kBandwidth, "bandwidth", true, true, check_bandwidth, make_bandwidth},
    FaultRule{Step::kRequest, "request", true, false, check_calls_fail, make_calls_fail},
};

}  // namespace

std::span<const FaultRule> fault_rules() {
  return kRules;
}

const FaultRule* find_fault_rule(Step::ActionCase action) {
  const auto* found =
      std::find_if(kRules.begin(), kRules.end(),
                   [&](const FaultRule& rule) { return rule.action == action; });
  return found == kRules.end() ? nullptr : &*found;
}

// libfaketime either moves the monotonic clock as well, which no clock that is set does,
// or makes absolute sleeps fail (python3 -c "import time; time.sleep(1)": EINVAL).
Error why_not(Step::ActionCase action) {
  if (action == Step::kClockOffset) {
    return Error::unavailable(
        "all instances of a host share its clock, and a preloaded library reaches no "
        "static or Go program and breaks the sleeps or the monotonic clock of others; "
        "give the instance a virtual machine and set its clock by a `custom` action");
  }
  return Error::unavailable("this agent does not know the action");
}

}  // namespace cutset::agent
