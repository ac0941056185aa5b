// Numbers of what takes packets (taps, partitions): the smallest that is free, given back
// by the destructor. They tell marks, tables and devices of one agent apart, and are the
// order in which packets pass taps.
//
// Thread rule: take() and the destructor from any thread.
#pragma once

#include <utility>

#include "base/result.h"

namespace cutset::agent::link {

class MarkNumber {
 public:
  static constexpr unsigned kMost = 1000;

  /// Error: so many are in use.
  static Result<MarkNumber> take();
  MarkNumber(MarkNumber&& other) noexcept : value_(std::exchange(other.value_, 0)) {}
  MarkNumber& operator=(MarkNumber&& other) = delete;
  ~MarkNumber();

  unsigned value() const { return value_; }

 private:
  explicit MarkNumber(unsigned value) : value_(value) {}
  unsigned value_;  // 0: moved from
};

}  // namespace cutset::agent::link
