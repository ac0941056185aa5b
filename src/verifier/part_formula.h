// The formula that a proof refutes (docs/certificates.md, "Formula"): some root of the
// cone fails, at most as many faults as the budget has are active, and none of the listed
// sets is.
//
// Thread rule: values; pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verifier/cone.h"
#include "verifier/rup_checker.h"

namespace cutset::verifier {

/// At most so many active faults, in all and of some kinds.
struct Budget {
  struct Limit {
    uint8_t kind = 0;  // of the graph
    uint32_t most = 0;
  };
  std::optional<uint32_t> total;
  std::vector<Limit> limits;  // in the order of the certificate

  std::optional<uint32_t> limit_of(uint8_t kind) const;
  bool allows(const Graph& graph, std::span<const uint32_t> faults) const;
};

/// Nothing: it has more than 2^28 variables or 2^31 literals.
std::optional<uint32_t> variables_of(const Graph& graph, const Cone& cone,
                                     const Budget& budget);

/// `sets`: of slots. Gives each clause to `clause`.
void for_each_clause(const Graph& graph, const Cone& cone, const Budget& budget,
                     const std::vector<std::vector<uint32_t>>& sets,
                     const std::function<void(std::span<const Literal>)>& clause);

}  // namespace cutset::verifier
