// What happened to the steps and instances of a plan, in order. Events get their number
// and their times here.
//
// Times: before the barrier is known, UTC is the system's clock. After that everything is
// the monotonic clock, told relative to the barrier, so that a clock that is set back or
// forth changes no event.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

namespace cutset::agent {

using Monotonic = std::chrono::steady_clock;

int64_t utc_now_ns();

class EventLog {
 public:
  /// The barrier in both clocks. Called once.
  void set_barrier(Monotonic::time_point barrier, int64_t barrier_utc_ns);

  /// It happened at `when`.
  void add(v1::StepEvent event, Monotonic::time_point when = Monotonic::now());

  /// Nothing more will come; readers return.
  void close();

  /// Events after number `after`, waiting up to `patience` for the first. `over`: the log
  /// is closed and these are the last.
  std::vector<v1::StepEvent> read(uint64_t after, std::chrono::milliseconds patience,
                                  bool* over) const;
  std::vector<v1::StepEvent> all() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<Monotonic::time_point> barrier_;
  int64_t barrier_utc_ns_ = 0;
  std::vector<v1::StepEvent> events_;
  bool closed_ = false;
};

}  // namespace cutset::agent
