// Waits until every condition of a plan holds: equal offsets, a leader that is known, ...
// One look at all of them counts as one moment: a condition that held a while ago and
// does not now does not hold.
//
// Thread rule: one call, one thread.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "driver/plan.h"

#include "base/result.h"

namespace cutset::driver {

struct Settled {
  bool is_settled = false;
  std::string why;  // which condition does not hold, and what its answers were
  int looks = 0;
};

Settled await_settled(const std::vector<ConditionPlan>& conditions, Milliseconds within,
                      const std::atomic<bool>& stop);

/// One look. "" if the condition holds, else what was found.
std::string look(const ConditionPlan& condition, Milliseconds timeout);

/// The verdict over what each endpoint answered; an Error is no answer.
std::string compare(const ConditionPlan& condition,
                    const std::vector<Result<std::string>>& answers);

}  // namespace cutset::driver
