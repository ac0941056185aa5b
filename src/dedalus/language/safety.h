// Whether every value that a rule needs is bound (dedalus.md section 6): the variables of
// its head and of its comparisons.
//
// Thread rule: pure function.
#pragma once

#include <string_view>
#include <vector>

#include "dedalus/language/reading.h"

namespace cutset::dedalus {

/// The variables of the positive premises, and the location of a first premise that is
/// negated (`program.h`, invariant 2b), in order of their first place in the body.
std::vector<std::string_view> bound_variables(const syntax::Rule& rule);

/// Requires: check_shape found no error.
void check_safety(const Reading& reading, Problems& problems);

}  // namespace cutset::dedalus
