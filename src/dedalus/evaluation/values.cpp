#include "dedalus/evaluation/values.h"

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::dedalus {

Value ValueTable::text(const std::string& text) {
  const auto [known, is_new] =
      texts_.try_emplace(text, kTableBit | static_cast<Value>(entries_.size()));
  if (is_new) {
    CHECK(known->second < kFirstMark);
    entries_.push_back({.is_number = false, .number = 0, .text = text});
  }
  return known->second;
}

Value ValueTable::large_number(int64_t number) {
  const auto [known, is_new] =
      large_numbers_.try_emplace(number, kTableBit | static_cast<Value>(entries_.size()));
  if (is_new) {
    CHECK(known->second < kFirstMark);
    entries_.push_back({.is_number = true, .number = number, .text = ""});
  }
  return known->second;
}

Value ValueTable::constant(const Constant& constant) {
  if (const auto* number = std::get_if<int64_t>(&constant)) return this->number(*number);
  return text(std::get<std::string>(constant));
}

std::string ValueTable::show(Value value) const {
  return is_number(value) ? fmt::format("{}", as_number(value)) : as_text(value);
}

bool ValueTable::less(Value left, Value right) const {
  const bool left_number = is_number(left);
  if (left_number != is_number(right)) return left_number;
  if (left_number) return as_number(left) < as_number(right);
  return as_text(left) < as_text(right);
}

}  // namespace cutset::dedalus
