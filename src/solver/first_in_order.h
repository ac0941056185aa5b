// Of all models under some assumptions the one that comes first, when models are compared
// by which choices hold: an earlier choice is preferred to any number of later ones.
//
// Method: the next choice of the set is found by halving: a clause over a range of
// choices, switched on by an assumption, asks whether one of them can hold. About
// log2(choices) calls of the solver for each choice that holds; none where the model that
// is there is already the first.
//
// Thread rule: its solver's.
#pragma once

#include <vector>

#include "solver/sat_backend.h"

namespace cutset::solver {

struct FirstInOrder {
  SatBackend::Answer answer = SatBackend::Answer::kSatisfiable;  // or stopped
  std::vector<size_t> chosen;  // indices of the choices that hold, ascending
  uint64_t calls = 0;          // of the solver
};

/// Requires: the last solve() was kSatisfiable under `assumptions`, and all models under
/// them have equally many choices.
FirstInOrder first_in_order(SatBackend& solver, const std::vector<Literal>& choices,
                            std::vector<Literal> assumptions);

}  // namespace cutset::solver
