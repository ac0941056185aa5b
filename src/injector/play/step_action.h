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

/// The proxy of an instance: that of a service with one instance has the service's name,
/// others "service.slot".
std::string proxy_name(const std::string& service, int slot,
                       const std::vector<fdsl::Instance>& instances);

/// Error, bad_input without a place: what no proxy does to a call.
Status check_effect(const fdsl::CallEffect& effect);

/// `out` is a RequestAction or a FaultPlan.
template <typename Message>
void set_mode(const identity::FaultMode& mode, Message& out) {
  out.set_action(std::string(identity::action_name(mode.action)));
  out.set_status(mode.status);
  out.set_milliseconds(mode.milliseconds);
}

/// Fills in `step`'s action, duration and label. Requires: no Heal, no Request by the
/// whole identity.
/// Error, bad_input without a place: what an agent cannot do.
Status set_action(const fdsl::Action& action,
                  const std::vector<fdsl::Instance>& instances, agent::v1::Step& step);

/// The number of "SIGTERM" on Linux. Error: it has no such signal.
Result<int> signal_number(const std::string& name);

/// FDSL's patterns are RE2, the agent's are POSIX extended. Error: a pattern that cannot
/// be said there.
Result<std::string> posix_pattern(const std::string& pattern);

}  // namespace cutset::injector::play
