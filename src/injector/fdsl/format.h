// `cutset fmt` for schedules and findings: the one form in which cutset writes them.
// Thread rule: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::injector::fdsl {

enum class Output { kNative, kPortable };

struct Formatted {
  std::string text;  // if there is no problem
  std::vector<Error> problems;
  std::vector<Error> warnings;  // of reading: what was read in one of several ways
  /// The line of the first comment, 0 if there is none. The YAML reader does not keep
  /// comments, so `text` has none: whoever overwrites the file loses them.
  int comment_line = 0;
};

/// A finding stays one, unless the output is portable.
Formatted format_schedule(std::string_view text, const std::string& file, Output output);

}  // namespace cutset::injector::fdsl
