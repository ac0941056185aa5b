// The interchange format of derivation graphs, cutset-dag/1: what `cutset analyze` writes
// and `cutset solve` and `cutset verify` read, each by a reader of its own
// (solver/fault_graph.h, verifier/graph.h). JSON, or the same as text, a line a node:
//
//   c {"format":"cutset-dag/1","family":"quorum","params":{"n":5},"known":{"3":800}}
//   p dag FAULTS GATES ROOT
//   f ID KIND WEIGHT A B T
//   g ID a|o CHILD...
//
// Node ids: faults 0 .. F-1, then gates F .. F+G-1, children before parents. A fault node
// is present unless its fault is active; a child -1-i is enabled by fault i. "a" holds if
// all children do (none: always), "o" if one does (none: never). A smaller weight is
// likelier. Words of the text form have spaces, controls and '%' as %XX; "-" is "".
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/derivation_graph.h"

namespace cutset::lineage {

struct DagFault {
  std::string kind;  // omit(a->b at t), crash(a at t), call(a,b,slot), event, never
  int64_t weight = 0;
  std::string a;
  std::string b;
  int64_t t = 0;

  friend bool operator==(const DagFault&, const DagFault&) = default;
};

struct DagGate {
  bool all = true;  // "and"
  std::vector<int64_t> children;

  friend bool operator==(const DagGate&, const DagGate&) = default;
};

struct Dag {
  std::string family;
  std::string params;  // JSON on one line; "": none
  std::string known;   // likewise: counts that are known to be right
  std::vector<DagFault> faults;
  std::vector<DagGate> gates;
  int64_t root = 0;

  friend bool operator==(const Dag&, const Dag&) = default;
};

std::string dag_to_json(const Dag& dag);
std::string dag_to_text(const Dag& dag);

/// What `root` depends on. `faults[event]` describes an event; those that do not occur
/// are left out, the others keep their order. All kinds of failure of an event are one
/// fault.
Dag dag_of(const DerivationGraph& graph, NodeId root,
           const std::vector<DagFault>& faults);

/// Thousandths of -log(likelihood).
int64_t dag_weight(double likelihood);

}  // namespace cutset::lineage
