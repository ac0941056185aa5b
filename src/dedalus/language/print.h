// Parts of a syntax tree as text, in the one form that `cutset fmt` gives them; parsing
// the text gives an equal tree.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

std::string to_text(const syntax::Operand& operand);
std::string to_text(const syntax::Atom& atom);
std::string to_text(const syntax::Predicate& predicate);
std::string to_text(const syntax::BodyTerm& term);
/// With its `;`, on one line (but for line ends inside strings).
std::string to_text(const syntax::Clause& clause);

/// For a message: ", did you mean `x`?" or "". Stricter than base/text.h, since names are
/// short here: the same first letter (or the same word in other letters), three or more.
std::string name_suggestion(std::string_view name,
                            const std::vector<std::string>& candidates);

}  // namespace cutset::dedalus
