// Writes schedules in their native form: the version of FDSL that they say they are.
// Thread rule: pure function.
#pragma once

#include <string>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

/// Deterministic; reads back to an equal schedule, which is written as the same bytes.
std::string write_schedule(const Schedule& schedule);

}  // namespace cutset::injector::fdsl
