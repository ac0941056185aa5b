// The type of every column, by unification (dedalus.md section 8). A class of columns and
// variables that must have one type collects evidence for INT and for text (STRING, or
// LOCATION, which absorbs STRING); both is a clash, neither is an error.
//
// Thread rule: pure function.
#pragma once

#include <vector>

#include "dedalus/language/symbols.h"

namespace cutset::dedalus {

/// By RelationId. Requires: check_shape and collect_symbols found no error.
std::vector<std::vector<ColumnType>> infer_types(const Reading& reading,
                                                 const Symbols& symbols,
                                                 Problems& problems);

}  // namespace cutset::dedalus
