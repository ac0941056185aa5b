// The grammar of dedalus.md section 2: text to a syntax tree. After an error the parser
// goes on behind the next `;`, so that one look finds the errors of all clauses.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>

#include "dedalus/language/source.h"
#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

inline constexpr size_t kMaxColumns = 64;       // of a relation
inline constexpr size_t kMaxBodyTerms = 256;    // of a rule
inline constexpr size_t kMaxOperations = 256;   // of an expression
inline constexpr size_t kMaxClauses = 2000000;  // of a program

/// The tree holds views of `source`. `file` is for the problems' places; comments are
/// kept if `with_comments`. The clauses without errors are in the tree.
syntax::Tree parse(const Source& source, uint32_t file, Problems& problems,
                   bool with_comments = false);

}  // namespace cutset::dedalus
