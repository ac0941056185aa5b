// Sums and products of counts that stay at the largest number instead of wrapping.
// Thread rule: pure functions.
#pragma once

#include <cstdint>

namespace cutset::solver {

constexpr uint64_t kMostCount = 0xffff'ffff'ffff'ffff;

constexpr uint64_t saturated_sum(uint64_t a, uint64_t b) {
  return a > kMostCount - b ? kMostCount : a + b;
}
constexpr uint64_t saturated_product(uint64_t a, uint64_t b) {
  return a != 0 && b > kMostCount / a ? kMostCount : a * b;
}

}  // namespace cutset::solver
