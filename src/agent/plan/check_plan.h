// Whether a plan is well-formed: names, bounds, references. What this host can do is the
// executor's question.
//
// Thread rule: pure function.
#pragma once

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"

namespace cutset::agent {

Status check_plan(const v1::LoadPlanRequest& request);

}  // namespace cutset::agent
