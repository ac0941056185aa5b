// Reads one line of JSON from left to right, with bounds, and knows its column: what
// histories and drivers say is one flat object a line, and an error should point at it.
//
// Thread rule: one owner; the text must outlive it.
#pragma once

#include <string>
#include <string_view>

#include "history/value.h"

#include "base/result.h"

namespace cutset::history {

constexpr int kDeepestJson = 16;
constexpr size_t kMostItems = 1'000'000;  // of one value, lists in lists included

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  int column() const { return static_cast<int>(at_) + 1; }
  bool at_end();
  /// The next byte that is no blank, or 0 at the end.
  char peek();
  /// Whether the next byte is `expected`; it is taken then.
  bool take(char expected);
  /// Error: bad_input with the column; `expected` says what should stand there.
  Status require(char expected, std::string_view where);
  Result<std::string> text();
  /// Nothing, boolean, number, text, or a list of these.
  Result<Value> value();
  /// Any JSON, also objects.
  Status skip();
  Error problem(std::string message) const;
  /// "a list", "text", "end of line": for "found ...".
  std::string found();

 private:
  Result<Value> value_at(int depth, size_t& items);
  Status skip_at(int depth);
  Status escape(std::string& out);
  Result<unsigned> four_digits();
  Result<std::string> number();
  bool word(std::string_view expected);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace cutset::history
