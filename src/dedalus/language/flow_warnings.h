// The warnings of warnings.h that follow times and values through the rules: what can
// never fire, match, arrive or count.
//
// Thread rule: pure function.
#pragma once

#include "dedalus/language/warnings.h"

namespace cutset::dedalus {

/// Programs of more rules are not written by hand; following them would take long.
inline constexpr size_t kMaxFollowedRules = 2000;

void find_flow_warnings(const WarningInput& input, Problems& problems);

}  // namespace cutset::dedalus
