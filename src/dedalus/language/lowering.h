// From checked syntax to the Program of program.h: names become numbers.
//
// Thread rule: pure function.
#pragma once

#include <optional>
#include <vector>

#include "dedalus/language/symbols.h"

namespace cutset::dedalus {

/// Requires: no check has found an error.
Program lower(const Reading& reading, const Symbols& symbols,
              std::vector<std::vector<ColumnType>> types,
              const std::vector<std::optional<uint32_t>>& strata);

}  // namespace cutset::dedalus
