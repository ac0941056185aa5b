// Interned values: equal numbers or texts are equal 32-bit words, for one Simulator and
// all of its runs.
//
// Layout of a Value: top bit 0: the number itself, offset by 2^30; top bit 1: an index
// into the table of texts and of numbers that do not fit. Two values are equal exactly
// if their words are.
//
// Thread rule: not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus {

using Value = uint32_t;

/// Not values: columns of patterns. From here on up.
inline constexpr Value kFirstMark = 0xffff0000U;
/// Matches everything.
inline constexpr Value kAnyValue = 0xffffffffU;
/// Matches what an earlier column of the tuple has: `notin p(X, X)`.
constexpr Value same_as_column(uint32_t column) {
  return kFirstMark + column;
}

class ValueTable {
 public:
  Value number(int64_t number) {
    const uint64_t inlined = static_cast<uint64_t>(number) + kOffset;
    return inlined < 2 * kOffset ? static_cast<Value>(inlined) : large_number(number);
  }
  Value text(const std::string& text);
  Value constant(const Constant& constant);

  bool is_number(Value value) const {
    return (value & kTableBit) == 0 || entries_[value & ~kTableBit].is_number;
  }
  /// Requires: is_number(value).
  int64_t as_number(Value value) const {
    if ((value & kTableBit) == 0) return static_cast<int64_t>(value) - kOffset;
    return entries_[value & ~kTableBit].number;
  }
  /// Requires: !is_number(value).
  const std::string& as_text(Value value) const {
    return entries_[value & ~kTableBit].text;
  }
  /// Texts by number, in the order in which they were first met, as long as no number
  /// but them is in the table: nodes come first.
  static constexpr Value text_value(uint32_t index) { return kTableBit | index; }
  /// The inverse; numbers give something above every index.
  static constexpr uint32_t text_index(Value value) { return value ^ kTableBit; }
  /// As a user reads it: 7, or the text without quotes.
  std::string show(Value value) const;
  /// Numbers by size, before texts by bytes.
  bool less(Value left, Value right) const;

  /// Entries beside the numbers that are their own word.
  size_t size() const { return entries_.size(); }

 private:
  static constexpr int64_t kOffset = 1LL << 30;
  static constexpr Value kTableBit = 1U << 31;
  struct Entry {
    bool is_number = false;
    int64_t number = 0;
    std::string text;
  };
  Value large_number(int64_t number);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, Value> texts_;
  std::unordered_map<int64_t, Value> large_numbers_;
};

}  // namespace cutset::dedalus
