// A plan as JSON (cutset-driver-plan/1), both ways. What is written is read back the
// same. Thread rule: pure functions.
#pragma once

#include <string>

#include "driver/plan.h"

#include "base/result.h"

namespace cutset::driver {

std::string plan_to_json(const Plan& plan);
/// Error: bad_input with `file`, and in words the place: "target.resp.endpoints[0]: ...".
/// Unknown keys, values out of range and things that exclude each other are refused.
Result<Plan> plan_from_json(const std::string& text, const std::string& file);

}  // namespace cutset::driver
