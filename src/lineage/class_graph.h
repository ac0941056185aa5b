// The derivation graph of a class of requests: why its entry answers without error, over
// all runs that were seen (calls.md 5.1, 5.2).
//
//   c answers = present leaf of c AND (rule 1 OR rule 2 OR ...)
//   c fails   = its exact complement, built only where a rule has it as a condition
//
// Invariants:
// 1. Event i of the graph is call i of the class; the one kind of failure is 0, "error".
// 2. The entry has no leaf: it is what is asked for. Calls nobody waits for and unstable
//    ones have none either.
// 3. The graph is true when nothing fails.
//
// Thread rule: values; pure functions.
#pragma once

#include <string>
#include <vector>

#include "lineage/class_rules.h"
#include "lineage/derivation_graph.h"
#include "lineage/request_identities.h"

namespace cutset::lineage {

struct ClassGraph {
  DerivationGraph graph;
  NodeId root = DerivationGraph::kFalse;  // kFalse: the entry was never seen to answer
  std::vector<double> likelihood;         // by event: (errors + 1) / (present + 2)
  std::vector<uint32_t> events;           // with a leaf below the root, ascending
  ClassRules rules;                       // with the passes
};

ClassGraph class_graph(const RequestIdentities& identities);

}  // namespace cutset::lineage
