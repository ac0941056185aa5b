// The names of aggregates (dedalus.md section 7).
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus {

/// "avg", "count", "max", "min", "sum".
const std::vector<std::string>& aggregate_names();
std::optional<Aggregate> aggregate_of(std::string_view name);

}  // namespace cutset::dedalus
