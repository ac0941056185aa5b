// At which times each relation can hold anything, and each rule fire, whatever its values
// are: an over-approximation, so "never" is certain. For warnings.
//
// Thread rule: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus {

/// A set of times; those from kLast on are one.
class TimeSet {
 public:
  static constexpr int64_t kLast = 63;

  static TimeSet all() { return TimeSet(~uint64_t{1}); }  // 1, 2, ..
  static TimeSet of(int64_t time);

  bool empty() const { return bits_ == 0; }
  /// Whether it may hold `time`.
  bool may_hold(int64_t time) const { return !(*this & of(time)).empty(); }
  TimeSet later() const;  // every time, plus one
  /// "at 1", "at 1 to 3 and 5", "from 2 on". Requires: not empty.
  std::string text() const;

  TimeSet() = default;
  TimeSet operator&(TimeSet other) const { return TimeSet(bits_ & other.bits_); }
  TimeSet operator|(TimeSet other) const { return TimeSet(bits_ | other.bits_); }
  friend bool operator==(TimeSet, TimeSet) = default;

 private:
  explicit TimeSet(uint64_t bits) : bits_(bits) {}
  uint64_t bits_ =
      0;  // bit t: time t; times below 1 are left out, since nothing reads them
};

struct PossibleTimes {
  std::vector<TimeSet> relations;  // when it can hold something
  std::vector<TimeSet> rules;      // when it can fire
};

PossibleTimes possible_times(const Program& program);

}  // namespace cutset::dedalus
