// The order in which the deductive rules of one step are computed: strongly connected
// components of the relations' same-time dependencies (dedalus.md section 6). Tarjan
// 1972, iterative.
//
// Thread rule: pure function.
#pragma once

#include <optional>
#include <vector>

#include "dedalus/language/symbols.h"

namespace cutset::dedalus {

/// The stratum of each relation that deductive rules derive, by RelationId: 0, 1, .. in
/// the order of evaluation. A circle through notin or an aggregate is reported with its
/// relations and rules. Requires: no error before.
std::vector<std::optional<uint32_t>> stratify(const Reading& reading,
                                              const Symbols& symbols, Problems& problems);

}  // namespace cutset::dedalus
