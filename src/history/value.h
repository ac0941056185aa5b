// Value: what an operation wrote or read, as JSON can say it without objects: nothing,
// true or false, a number, text, or a list of these.
//
// Two values are equal if their canonical texts are: 1 and "1" differ, 1 and 1.0 too,
// because nothing is calculated with them. Nothing in a history is ever converted.
//
// Thread rule: values.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cutset::history {

struct Value {
  enum class Kind { kNothing, kBoolean, kNumber, kText, kList };
  Kind kind = Kind::kNothing;
  std::string text;          // kBoolean, kNumber: as JSON; kText: the text itself
  std::vector<Value> items;  // kList

  static Value nothing() { return {}; }
  static Value of_text(std::string text) { return {Kind::kText, std::move(text), {}}; }
  static Value of_number(int64_t number);
  static Value of_list(std::vector<Value> items) {
    return {Kind::kList, {}, std::move(items)};
  }

  bool is_nothing() const { return kind == Kind::kNothing; }
  bool is_list() const { return kind == Kind::kList; }
  /// JSON; bytes that are not UTF-8 become U+FFFD.
  std::string json() const;
  /// For people: text without quotes, long texts and lists cut off.
  std::string shown() const;

  friend bool operator==(const Value&, const Value&) = default;
};

/// Adds `text` to `out` as a JSON string, with its quotes.
void append_json_text(std::string_view text, std::string& out);
/// Bytes of the UTF-8 character at the beginning of `text`; 0 if there is none.
size_t utf8_length(std::string_view text);

}  // namespace cutset::history
