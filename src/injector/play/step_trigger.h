// One trigger of a schedule as the agent's: on which hosts it can be seen, and how.
// Private to play/.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/fdsl/plan.h"

namespace cutset::injector::play {

/// A trigger on one host. Several of them: the first one that is seen counts.
struct SeenTrigger {
  std::string host;
  agent::v1::Trigger trigger;
  /// Whether what triggers is held until the step is in place.
  bool held = false;
};

/// Requires: no AfterMoment. Error, bad_input without a place: what no agent can see.
Result<std::vector<SeenTrigger>> seen_triggers(
    const fdsl::Trigger& trigger, const std::vector<fdsl::Instance>& instances);

/// The point of a crash of an instance. Error: likewise, or seen on another host only.
Result<agent::v1::Trigger> crash_trigger(const fdsl::CrashPoint& point,
                                         const fdsl::Instance& target,
                                         const std::vector<fdsl::Instance>& instances);

}  // namespace cutset::injector::play
