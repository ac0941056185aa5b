// Which permutations of the nodes leave a program as it is: renaming them in its facts
// and rules gives the same facts and rules. Then a run under a fault set and the run
// under the renamed fault set are equal up to the names, and have the same verdict.
//
// That needs rules that do not look inside names: a program that orders texts with <, <=,
// > or >= has no symmetry here.
//
// Cost: n! checks, most of which end at the first fact; above kMostPermuted nodes only
// exchanges of two nodes are looked for.
//
// Thread rule: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus {

inline constexpr size_t kMostPermuted = 7;

/// [i]: what node i becomes. Without the identity; in lexicographic order.
std::vector<std::vector<uint32_t>> node_symmetries(const Program& program,
                                                   const std::vector<std::string>& nodes);

}  // namespace cutset::dedalus
