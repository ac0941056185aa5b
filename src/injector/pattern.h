// A regular expression from a user's file. RE2: linear in the text whatever the
// expression says. Thread rule: immutable after parse(); matching is safe from any
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace cutset::injector {

class Pattern {
 public:
  /// Error: bad_input: what is wrong with the expression.
  static Result<Pattern> parse(const std::string& text);

  /// Whether the expression matches somewhere in `text`; '^' and '$' match at line ends.
  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace cutset::injector
