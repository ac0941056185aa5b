#include "injector/play/clock.h"

#include <random>

#include <gtest/gtest.h>

namespace cutset::injector::play {
namespace {

// Whatever the ways take, the true offset is within the error that is stated.
TEST(Clock, TrueOffsetIsWithinTheError) {
  std::mt19937_64 random(20260101);  // NOLINT(cert-msc51-cpp): repeatable
  const auto draw = [&random](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    const int64_t offset = draw(-10'000'000'000'000, 10'000'000'000'000);
    int64_t now = draw(1'500'000'000'000'000'000, 2'500'000'000'000'000'000);
    std::vector<ClockRound> rounds;
    int64_t shortest = INT64_MAX;
    for (int64_t round = draw(1, 10); round > 0; --round) {
      const int64_t there = draw(0, 100'000'000);
      const int64_t inside = draw(0, 50'000'000);
      const int64_t back = draw(0, 100'000'000);
      rounds.push_back({now, now + there + offset, now + there + inside + offset,
                        now + there + inside + back});
      shortest = std::min(shortest, there + back);
      now += there + inside + back + draw(0, 1'000'000);
    }
    const ClockOffset measured = offset_of(rounds);
    ASSERT_LE(std::abs(measured.offset_ns - offset), measured.error_ns)
        << "seed 20260101, case " << i;
    ASSERT_LE(measured.error_ns, shortest / 2 + 1);
    ASSERT_EQ(measured.to_ours(measured.to_theirs(now)), now);
  }
}

TEST(Clock, SymmetricWaysGiveTheOffsetItself) {
  const ClockOffset measured =
      offset_of({{100, 1'150, 1'160, 210}, {0, 5'000, 5'000, 9'000}});
  EXPECT_EQ(measured.offset_ns, 1'000);
  EXPECT_EQ(measured.error_ns, 51);
  EXPECT_EQ(measured.rounds, 2);
}

TEST(Clock, FirstFailureEndsTheMeasuring) {
  int asked = 0;
  const auto measured = measure_clock(
      [&]() -> Result<ClockRound> {
        if (++asked == 3) return Error::unavailable("gone");
        return ClockRound{};
      },
      8);
  ASSERT_FALSE(measured);
  EXPECT_EQ(measured.error().message, "gone");
  EXPECT_EQ(asked, 3);
}

TEST(Clock, OursNeverGoesBack) {
  int64_t last = now_utc_ns();
  for (int i = 0; i < 1000; ++i) {
    const int64_t now = now_utc_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace cutset::injector::play
