// Timers of the event loop: functions to call at a time, earliest first, equal times in
// order of creation.
//
// Thread rule: the loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "agent/proxy/clock.h"

namespace cutset::agent::proxy {

class TimerQueue {
 public:
  /// Names one timer; a default-constructed one names none.
  struct Id {
    Nanos when = 0;
    uint64_t serial = 0;
    friend bool operator==(const Id&, const Id&) = default;
    friend bool operator<(const Id& left, const Id& right) {
      return std::tie(left.when, left.serial) < std::tie(right.when, right.serial);
    }
  };

  Id add(Nanos when, std::function<void()> function);
  /// Does nothing if the timer has run, was cancelled, or never was. Afterwards `id`
  /// names none.
  void cancel(Id& id);
  std::optional<Nanos> earliest() const;
  /// Runs what is due. A function may add and cancel timers; what it adds runs in a later
  /// call.
  void run_due(Nanos time);

 private:
  std::map<Id, std::function<void()>> timers_;
  uint64_t last_serial_ = 0;
};

}  // namespace cutset::agent::proxy
