// Samples again and again, for WatchResources.
// Thread rule: each call is independent.
#pragma once

#include <chrono>
#include <functional>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/plan/plans.h"
#include "base/result.h"

namespace cutset::agent {

/// Samples the host and the instances of the plan that is loaded then, every `interval`
/// (counted from the first sample: no drift), until `write` says no or `given_up` says
/// so. Error: an interval that is too short.
Status watch_resources(const Plans& plans, std::chrono::milliseconds interval,
                       const std::function<bool(const v1::ResourceSamples&)>& write,
                       const std::function<bool()>& given_up);

}  // namespace cutset::agent
