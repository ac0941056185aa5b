// Which strings can stand in each column: an over-approximation that follows constants
// through rules, so "never" is certain. For warnings.
//
// Thread rule: pure function.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus {

/// None: any value.
using ValueSet = std::optional<std::set<std::string>>;

struct PossibleValues {
  std::vector<std::vector<ValueSet>> columns;  // by relation and column
  std::vector<ValueSet> locations;             // of rules, before nodes are asked for
  std::vector<ValueSet> receivers;             // of @async rules: the head's first column
};

/// `nodes`: all nodes that the program is checked with, if they are known.
PossibleValues possible_values(const Program& program, const ValueSet& nodes);

}  // namespace cutset::dedalus
