#include "lineage/execution.h"

#include <set>

#include "base/check.h"

namespace cutset::lineage {

bool is_failure(const Answer& answer) {
  constexpr int kServerError = 500;
  return answer.kind != Answer::Kind::kStatus || answer.status >= kServerError;
}

void check_invariants(const Execution& execution) {
  std::set<std::string> ids;
  for (size_t i = 0; i < execution.calls.size(); ++i) {
    const Call& call = execution.calls[i];
    CHECK(!call.id.points.empty());
    CHECK(call.parent >= -1 && call.parent < static_cast<int>(i));
    if (call.parent >= 0) {
      const identity::CallId& parent =
          execution.calls[static_cast<size_t>(call.parent)].id;
      CHECK(call.id.points.size() == parent.points.size() + 1);
      CHECK(call.id.parent() == parent);
    } else {
      CHECK(call.id.points.size() == 1);
    }
    CHECK(ids.insert(call.id.text()).second);
    CHECK(call.executed || !call.answered.has_value());
  }
}

}  // namespace cutset::lineage
