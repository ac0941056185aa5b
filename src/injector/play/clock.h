// How far the clock of an agent is from ours, measured by exchange (RFC 5905, section 8):
// we send at t1, it receives at t2 and answers at t3, we have the answer at t4, each by
// its own clock. Its clock is ahead of ours by ((t2-t1)+(t3-t4))/2; whatever the two ways
// take, this is wrong by at most half of what they take together, so that of several
// rounds the one with the shortest way counts.
//
// Our own clock is UTC as it was when the process asked first, plus monotonic time: it
// does not jump while a schedule is played.
//
// Thread rule: values, pure functions; now_utc_ns() from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"

namespace cutset::injector::play {

/// UTC nanoseconds by our clock.
int64_t now_utc_ns();

struct ClockRound {
  int64_t sent = 0;      // t1, ours
  int64_t received = 0;  // t2, the other's
  int64_t answered = 0;  // t3, the other's
  int64_t back = 0;      // t4, ours
};

struct ClockOffset {
  int64_t offset_ns = 0;  // the other's clock minus ours
  int64_t error_ns = 0;   // the true offset is within this of it
  int rounds = 0;

  /// A time of the other's clock by ours.
  int64_t to_ours(int64_t theirs) const { return theirs - offset_ns; }
  int64_t to_theirs(int64_t ours) const { return ours + offset_ns; }
};

/// Requires: at least one round.
ClockOffset offset_of(const std::vector<ClockRound>& rounds);

/// Makes `rounds` exchanges. Error: that of the first exchange that fails.
Result<ClockOffset> measure_clock(const std::function<Result<ClockRound>()>& exchange,
                                  int rounds);

}  // namespace cutset::injector::play
