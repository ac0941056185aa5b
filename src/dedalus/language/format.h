// `cutset fmt`: the one form of a Dedalus file. Clauses keep their order, comments their
// place, paragraphs their one blank line; facts that share a line still do.
//
// Guarantees: parsing the result gives the same clauses; formatting it changes nothing.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "dedalus/language/source.h"

namespace cutset::dedalus {

inline constexpr size_t kLineWidth = 100;

struct Formatted {
  std::string text;               // if there are no problems
  std::vector<Problem> problems;  // syntax errors: such a file is left alone
};

/// `name` is for messages. Requires: text of at most kMaxFileBytes.
Formatted format(const std::string& text, const std::string& name);

}  // namespace cutset::dedalus
