// One request to stop, seen at once by everything that waits.
//
// Thread rule: request() from any thread or signal handler; the rest from any thread.
#pragma once

#include <atomic>
#include <chrono>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::injector {

class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Async-signal-safe. Cannot be taken back.
  void request();
  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  /// Readable once stop was requested: for poll().
  int fd() const { return event_.get(); }
  /// Sleeps; returns true at once when stop is or was requested.
  bool sleep_for(std::chrono::nanoseconds duration) const;
  /// Error: interrupted, if stop was requested.
  Status check() const;

 private:
  std::atomic<bool> requested_{false};
  Fd event_;
};

}  // namespace cutset::injector
