// Random schedules that keep the rules of the language. Used by fdsl_random.cpp.
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

/// The same seed always gives the same schedule. FDSL 1 for every third seed.
class RandomSchedule {
 public:
  explicit RandomSchedule(uint64_t seed) : engine_(seed) {}

  Schedule make();

 private:
  int64_t below(int64_t bound);
  int64_t from(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  std::string text();
  std::string service();
  Milliseconds time(int64_t low_ms, int64_t high_ms);
  Target target(bool random_allowed);
  Endpoint endpoint();
  std::vector<Endpoint> endpoints();
  Lasting lasting();
  CallMatch call_match(const std::string& callee);
  std::optional<MessageRange> range();
  Fault fault(const std::string& callee);
  Fault fault_of_kind(size_t kind, const std::string& callee);
  Trigger trigger();
  CrashPoint crash_point();
  ServiceEvent event(bool timed);
  Moment moment();

  std::mt19937_64 engine_;
  Schedule schedule_;
  std::vector<std::string> labels_;
  std::vector<std::string> names_;
  std::set<std::string> calls_;  // of the moment that is being made
};

}  // namespace cutset::injector::fdsl
