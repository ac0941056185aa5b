// The AND root taken apart (solver.md 1): the root fails if one of its conjuncts does, so
// that its minimal cut sets are the minimal ones among those of the conjuncts, even where
// these share faults.
//
// Conjuncts whose cones are small are walked one by one and put into classes that are
// equal up to the names of the faults. Those that are large, or that overlap so much that
// walking them would not be linear, stay together.
//
// Thread rule: pure functions.
#pragma once

#include "solver/cone.h"
#include "solver/cut_search.h"

namespace cutset::solver {

struct Conjuncts {
  struct Instance {
    uint32_t cone_class = 0;
    uint32_t first_fault = 0;  // into faults: slot s is faults[first_fault + s]
    Child root = kTrue;
  };
  std::vector<Cone> classes;        // the cone met first; without signature
  std::vector<Instance> instances;  // in the order of their roots
  std::vector<FaultId> faults;
  std::vector<Child> shared;  // conjuncts that stay together
  size_t count = 0;           // of conjuncts
};

/// `faults`: kinds must agree within a class (they are limited); may be null.
/// Requires: the root is not constant.
Conjuncts split(const Additions& graph, const FaultTable* faults,
                const ConjunctLimits& limits);

}  // namespace cutset::solver
