// One action of a schedule as the action of a step. Private to play/.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/fdsl/plan.h"

namespace cutset::injector::play {

agent::v1::InstanceName instance_name(const std::string& service, int slot);
/// "replica/0".
std::string instance_text(const agent::v1::InstanceName& name);

agent::v1::Framing framing_of(fdsl::Framing framing);
/// The instances of an endpoint, all of the service where it names no slot.
std::vector<agent::v1::InstanceName> instances_of(
    const fdsl::Endpoint& endpoint, const std::vector<fdsl::Instance>& instances);

/// Fills in `step`'s action, duration and label. Requires: no Heal, no Request.
/// Error, bad_input without a place: what an agent cannot do.
Status set_action(const fdsl::Action& action,
                  const std::vector<fdsl::Instance>& instances, agent::v1::Step& step);

/// The number of "SIGTERM" on Linux. Error: it has no such signal.
Result<int> signal_number(const std::string& name);

/// FDSL's patterns are RE2, the agent's are POSIX extended. Error: a pattern that cannot
/// be said there.
Result<std::string> posix_pattern(const std::string& pattern);

}  // namespace cutset::injector::play
