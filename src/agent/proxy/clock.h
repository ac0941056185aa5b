// Monotonic nanoseconds, and UTC derived from them: one pair of clock readings at the
// start, so that times of one engine never run backwards when somebody sets the host's
// clock. Calls that pass several agents of a machine are put in order by these times, so
// the pair must not be torn apart by whoever took the processor in between.
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
  Clock() {
    Nanos closest = 0;
    for (int reading = 0; reading < kReadings; ++reading) {
      const Nanos before = now();
      const int64_t utc = read_clock(CLOCK_REALTIME);
      const Nanos apart = now() - before;
      if (reading > 0 && apart >= closest) continue;
      closest = apart;
      utc_minus_monotonic_ = utc - before - apart / 2;
    }
  }
  int64_t utc(Nanos monotonic) const { return monotonic + utc_minus_monotonic_; }

 private:
  static constexpr int kReadings = 16;
  int64_t utc_minus_monotonic_ = 0;
};

}  // namespace cutset::agent::proxy
