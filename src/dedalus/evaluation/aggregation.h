// From contributions to groups' values (dedalus.md section 7): count, max, min, sum and
// avg over distinct contributions. Sums wrap around; avg truncates.
//
// Thread rule: pure functions.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/provenance.h"
#include "dedalus/evaluation/values.h"
#include "dedalus/evaluation/word_table.h"

namespace cutset::dedalus {

/// Sorts the contributions by group, then ascending; sees each group until `see` says
/// false.
void for_each_group(const CompiledAggregation& aggregation,
                    std::vector<TupleId>& contributions, const WordTable& tuples,
                    const std::function<bool(std::span<const TupleId>)>& see);

/// The head's columns. Requires: one group, not empty.
void aggregate_group(const CompiledAggregation& aggregation,
                     std::span<const TupleId> group, const WordTable& tuples,
                     ValueTable& values, std::vector<Value>& head);

}  // namespace cutset::dedalus
