// Calls that fail by a pattern (RequestAction): counts the calls that pass its filter
// from the moment it was added, and says how the nth and those after it fail. With or
// without a mark: a pattern knows nothing of runs.
//
// Invariants:
// 1. A call meets one pattern at most, the oldest whose turn it is. All count it.
// 2. After remove() its pattern hits nothing, and what it did to open calls is lifted.
//
// Thread rule: the loop's thread; the counts may be read on any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/plan/call_gate.h"
#include "agent/proxy/call_filter.h"

namespace cutset::agent::proxy {

class CallPatterns {
 public:
  struct Hit {
    uint64_t number = 0;  // for fired() and end()
    identity::FaultMode mode;
  };

  bool empty() const { return patterns_.empty(); }
  /// `fired` is called at the first call on which the fault has taken effect.
  uint64_t add(CallPattern pattern, CallGate::Fired fired,
               std::shared_ptr<CallGate::Counts> counts);
  void remove(uint64_t id);

  /// The call is about to be passed on. `taken`: it fails anyway, and is only counted.
  /// `lift` is called if the pattern is removed before end().
  std::optional<Hit> on_call(const ArrivedCall& call, bool taken,
                             std::function<void()> lift);
  void fired(uint64_t hit);
  void end(uint64_t hit) { hits_.erase(hit); }

 private:
  struct Pattern {
    CallPattern what;
    CallGate::Fired fired;
    std::shared_ptr<CallGate::Counts> counts;
  };
  struct OpenHit {
    uint64_t pattern = 0;
    std::string on_what;
    std::function<void()> lift;
  };

  std::map<uint64_t, Pattern> patterns_;
  std::map<uint64_t, OpenHit> hits_;
  uint64_t last_id_ = 0;
  uint64_t last_hit_ = 0;
};

}  // namespace cutset::agent::proxy
