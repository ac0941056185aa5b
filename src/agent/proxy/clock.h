// Monotonic nanoseconds, and UTC derived from them: one pair of clock readings at the
// start, so that times of one engine never run backwards when somebody sets the host's
// clock.
//
// Thread rule: constant after construction.
#pragma once

#include <cstdint>
#include <ctime>

namespace cutset::agent::proxy {

/// Nanoseconds of CLOCK_MONOTONIC.
using Nanos = int64_t;
constexpr Nanos kMillisecond = 1'000'000;
constexpr Nanos kSecond = 1'000'000'000;

inline Nanos read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}
inline Nanos now() {
  return read_clock(CLOCK_MONOTONIC);
}

class Clock {
 public:
  Clock() : utc_minus_monotonic_(read_clock(CLOCK_REALTIME) - now()) {}
  int64_t utc(Nanos monotonic) const { return monotonic + utc_minus_monotonic_; }

 private:
  int64_t utc_minus_monotonic_;
};

}  // namespace cutset::agent::proxy
