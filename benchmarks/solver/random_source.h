// Random numbers that are the same on every machine (splitmix64, Steele et al. 2014):
// the standard library's distributions are not.
#pragma once

#include <cstdint>

namespace cutset::benchmark {

class RandomSource {
 public:
  explicit RandomSource(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t mixed = (state_ += 0x9e3779b97f4a7c15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }
  /// 0 to bound - 1, nearly uniform. Requires: bound > 0.
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool percent(int64_t chance) { return below(100) < static_cast<uint64_t>(chance); }

 private:
  uint64_t state_;
};

}  // namespace cutset::benchmark
