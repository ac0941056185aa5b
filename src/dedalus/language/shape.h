// Whether each clause by itself has the form that dedalus.md sections 1, 4, 6 and 7 ask
// for: names, facts, heads, premises, aggregates, `_`.
//
// Thread rule: pure function.
#pragma once

#include "dedalus/language/reading.h"

namespace cutset::dedalus {

void check_shape(const Reading& reading, Problems& problems);

}  // namespace cutset::dedalus
