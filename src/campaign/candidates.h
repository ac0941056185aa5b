// Which faults may be tried on which call.
//
// A call is a candidate if its identity is stable over the fault-free runs (or it
// appeared only under faults), it is not the entry, not excluded, and an agent can
// address it (not below unordered siblings).
//
// Thread rule: values; const functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "campaign/model.h"

namespace cutset::campaign {

struct FaultModel {
  std::vector<identity::FaultMode>
      modes;  // in order of preference; delay of 0 ms: chosen from time-outs
  std::vector<std::string> excluded;  // services, or "service:METHOD /route"
  size_t budget = 2;                  // largest fault set

  static FaultModel standard();
};

class Candidates {
 public:
  Candidates(const FaultModel& faults, const Model& model)
      : faults_(faults), model_(model) {}

  void exclude_unstable(std::set<std::string> events) { unstable_ = std::move(events); }
  const std::set<std::string>& unstable() const { return unstable_; }

  /// The modes in which the call at `position` (handler of its callee, base, handler of
  /// its caller and the time-outs of the callers above, innermost first) may be failed;
  /// empty: no candidate.
  std::vector<identity::FaultMode> modes(int position, int base, int caller_handler,
                                         const std::vector<int>& patience_above) const;

 private:
  const FaultModel& faults_;
  const Model& model_;
  std::set<std::string> unstable_;
};

/// A delay that is surely longer than a time-out of so many milliseconds, and shorter
/// than one five times as long.
int delay_beyond(int patience_ms);

}  // namespace cutset::campaign
