// What a search did: the graph after each pass, the formulas, the time of each phase.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cutset::solver {

struct PassStats {
  std::string name;
  uint64_t faults = 0;  // below the root, after the pass
  uint64_t gates = 0;
  uint64_t edges = 0;
  double cpu_seconds = 0;
};

struct SearchStats {
  std::vector<PassStats> passes;  // in the order in which they ran
  uint64_t conjuncts = 0;         // of the AND root
  uint64_t classes = 0;           // of conjuncts equal up to renaming
  uint64_t shared_conjuncts = 0;  // solved in the one shared formula
  uint64_t by_diagram = 0;        // classes solved by ZBDD
  uint64_t by_sat = 0;            // classes solved by SAT
  uint64_t packing_bound = 0;     // no set is smaller, by disjoint supports; 0: unknown
  uint64_t diagram_nodes = 0;
  uint64_t variables = 0;
  uint64_t clauses = 0;
  uint64_t sat_calls = 0;
  uint64_t conflicts = 0;
  double diagram_seconds = 0;
  double sat_seconds = 0;
};

}  // namespace cutset::solver
