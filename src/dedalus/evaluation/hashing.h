// The hash of the evaluator's interning tables and indices. Not stable across versions.
#pragma once

#include <cstdint>

namespace cutset::dedalus {

class WordHash {
 public:
  explicit WordHash(uint64_t seed) : state_(seed * kFactor + 1) {}
  void add(uint64_t word) {
    state_ = (state_ ^ word) * kFactor;
    state_ ^= state_ >> 29;
  }
  uint64_t value() const { return (state_ * kFactor) ^ (state_ >> 32); }

 private:
  static constexpr uint64_t kFactor = 0x9e3779b97f4a7c15ULL;
  uint64_t state_;
};

}  // namespace cutset::dedalus
