#include "made_application.h"

#include <algorithm>

namespace cutset::lineage {

MadeApplication::MadeApplication(std::mt19937_64& random) {
  const size_t count = 3 + random() % 4;
  handlers_.resize(count);
  for (size_t handler = 0; handler < count; ++handler) {
    std::vector<size_t> later;
    for (size_t callee = handler + 1; callee < count; ++callee) later.push_back(callee);
    std::shuffle(later.begin(), later.end(), random);
    const size_t most = handler == 0 ? 3 : 2;
    while (!later.empty() && handlers_[handler].size() < most) {
      Step step;
      step.policy = static_cast<Policy>(random() % 5);
      step.callee = later.back();
      later.pop_back();
      const bool needs_other = step.policy == Policy::kFallback ||
                               step.policy == Policy::kFallbackThatIsEnough;
      if (needs_other && later.empty()) step.policy = Policy::kRequire;
      if (needs_other && !later.empty()) {
        step.other = later.back();
        later.pop_back();
      }
      handlers_[handler].push_back(step);
      if (handler > 0 && random() % 2 == 0) break;
    }
  }
}

Execution MadeApplication::run(const std::string& name,
                               const std::set<std::string>& failing) const {
  Execution execution;
  execution.run = name;
  call(execution, -1, 0, 1, -1, failing);
  check_invariants(execution);
  return execution;
}

bool MadeApplication::call(Execution& execution, int caller, size_t callee,
                           uint32_t ordinal, int repeats,
                           const std::set<std::string>& failing) const {
  const size_t index = execution.calls.size();
  Call made;
  if (caller >= 0) made.id = execution.calls[static_cast<size_t>(caller)].id;
  made.id.points.push_back({"s" + std::to_string(callee), "GET /", "", ordinal});
  made.parent = caller;
  made.repeats = repeats;
  const bool fails = failing.count(made.id.text()) > 0;
  made.executed = !fails;
  execution.calls.push_back(std::move(made));
  const bool answered =
      !fails && handle(execution, static_cast<int>(index), callee, failing);
  execution.calls[index].failed = !answered;
  execution.calls[index].seen.status = answered ? 200 : 503;
  return answered;
}

bool MadeApplication::handle(Execution& execution, int caller, size_t handler,
                             const std::set<std::string>& failing) const {
  for (const Step& step : handlers_[handler]) {
    const int index = static_cast<int>(execution.calls.size());
    bool answered = call(execution, caller, step.callee, 1, -1, failing);
    if (answered || step.policy == Policy::kIgnore) continue;
    if (step.policy == Policy::kRequire) return false;
    if (step.policy == Policy::kRetry) {
      answered = call(execution, caller, step.callee, 2, index, failing);
    } else {
      answered = call(execution, caller, step.other, 1, -1, failing);
      if (answered && step.policy == Policy::kFallbackThatIsEnough) return true;
    }
    if (!answered) return false;
  }
  return true;
}

}  // namespace cutset::lineage
