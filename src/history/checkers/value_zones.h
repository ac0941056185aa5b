// Registers whose writes all carry different values, without cas: linearizable or not,
// without a search.
//
// Gibbons and Korach, "Testing shared memories" (1997), section 4: the operations on one
// value, its write and the reads that return it, have one place in the order, so value A
// must come before value B as soon as one operation on A was over before one on B began.
// There is an order iff no two values must come before each other. With f the first
// completion and s the last invocation among the operations on a value, A must come
// before B iff f(A) < s(B). Cost: O(n log n).
//
// Thread rule: pure function.
#pragma once

#include <optional>

#include "history/checkers/register_steps.h"

namespace cutset::history {

struct ZoneAnswer {
  /// first was over before second began, third before fourth; first and fourth are on one
  /// value, second and third on another. All are null if there is an order.
  const Operation* first = nullptr;
  const Operation* second = nullptr;
  const Operation* third = nullptr;
  const Operation* fourth = nullptr;
  /// Of a read that was over before the only write of its value began; else null.
  const Operation* too_early = nullptr;

  bool is_ordered() const { return first == nullptr && too_early == nullptr; }
};

/// Nothing if two writes have the same value, or there is a cas.
std::optional<ZoneAnswer> order_by_zones(const RegisterSteps& steps);

}  // namespace cutset::history
