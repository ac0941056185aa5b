#include "injector/play/clock.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace cutset::injector::play {

namespace {

/// What the two ways took together.
int64_t way(const ClockRound& round) {
  return (round.back - round.sent) - (round.answered - round.received);
}

/// (a + b) / 2 without the overflow of a + b.
int64_t middle(int64_t a, int64_t b) {
  return a + (b - a) / 2;
}

}  // namespace

int64_t now_utc_ns() {
  using std::chrono::nanoseconds;
  struct Start {
    int64_t utc = std::chrono::duration_cast<nanoseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
    std::chrono::steady_clock::time_point monotonic = std::chrono::steady_clock::now();
  };
  static const Start start;
  return start.utc +
         nanoseconds(std::chrono::steady_clock::now() - start.monotonic).count();
}

ClockOffset offset_of(const std::vector<ClockRound>& rounds) {
  CHECK(!rounds.empty());
  const ClockRound& best = *std::min_element(
      rounds.begin(), rounds.end(), [](const ClockRound& one, const ClockRound& other) {
        return way(one) < way(other);
      });
  ClockOffset offset;
  offset.offset_ns = middle(best.received - best.sent, best.answered - best.back);
  // Half a nanosecond may be lost above; a way below 0 is a clock that was set meanwhile.
  offset.error_ns = std::max<int64_t>(0, way(best)) / 2 + 1;
  offset.rounds = static_cast<int>(rounds.size());
  return offset;
}

Result<ClockOffset> measure_clock(const std::function<Result<ClockRound>()>& exchange,
                                  int rounds) {
  std::vector<ClockRound> made;
  for (int i = 0; i < rounds; ++i) {
    CUTSET_ASSIGN(const ClockRound round, exchange());
    made.push_back(round);
  }
  return offset_of(made);
}

}  // namespace cutset::injector::play
