// The ready clients behind the protocol that a user's program speaks (docs/workloads.md):
// one operation a line on standard input, one answer a line on standard output.
// Thread rule: one thread.
#pragma once

#include <atomic>

#include "driver/plan.h"

#include "base/result.h"

namespace cutset::driver {

/// Until the input ends. Error: bad_input, a line that is no operation.
Status serve(const TargetPlan& plan, const std::atomic<bool>& stop);

}  // namespace cutset::driver
