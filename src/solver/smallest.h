// Which of some choices satisfy a formula: of a given size, the first in a given order.
//
// Thread rule: as the solver's.
#pragma once

#include <optional>
#include <vector>

#include "solver/formula.h"

namespace cutset::solver {

/// The indices (ascending) of a set of exactly `size` choices with which the formula and
/// `wanted` hold, no other choice holding: the one that comes first when sets are
/// compared as lists of indices (an earlier choice is preferred). nullopt: there is none.
/// `at_least` is formula.count(choices, n) with n > size. Requires: a model is decided by
/// the choices.
std::optional<std::vector<size_t>> first_choice(SatSolver& solver,
                                                const std::vector<Literal>& choices,
                                                const std::vector<Literal>& at_least,
                                                size_t size, Literal wanted);

}  // namespace cutset::solver
