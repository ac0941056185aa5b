// Random applications (calls.md 5.4): 3 to 7 handlers with every reaction of
// application.h, effects and outcomes that read them, time-outs.
#pragma once

#include <cstdint>

#include "application.h"

namespace cutset::testing {

struct RandomOptions {
  bool effects =
      false;  // effectful handlers, error_after, outcomes that read the effects
  bool time_outs = false;  // the modes timeout and delay, callers that give up
};

Application random_application(uint64_t seed, const RandomOptions& options);

}  // namespace cutset::testing
