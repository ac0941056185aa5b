// A derivation graph of the lineage as gates of a Dag, in both polarities: that a node
// holds, and that it does not. Negations are pushed down to the leaves (negation normal
// form), which have both polarities themselves; a node is made in a polarity when it is
// first asked for.
//
// Cost: linear in what is asked for. Thread rule: one owner; the graph and the builder
// must outlive it.
#pragma once

#include <vector>

#include "lineage/derivation_graph.h"
#include "solver/dag_builder.h"

namespace cutset::solver {

class DerivationGates {
 public:
  /// `faults[event][kind]` is the fault by which the event fails in that kind. An event
  /// without faults always is present; a kind without one never fails.
  DerivationGates(const lineage::DerivationGraph& graph,
                  std::vector<std::vector<FaultId>> faults, DagBuilder& builder);

  Child holds(lineage::NodeId node) { return made(node, false); }
  Child fails(lineage::NodeId node) { return made(node, true); }
  /// None of the event's faults is active.
  Child present(uint32_t event);
  /// Some is.
  Child absent(uint32_t event);

 private:
  Child made(lineage::NodeId node, bool negated);
  Child leaf(const lineage::DerivationGraph::Node& node, bool negated);

  const lineage::DerivationGraph& graph_;
  std::vector<std::vector<FaultId>> faults_;
  DagBuilder& builder_;
  std::vector<Child> made_[2];  // by node: as it is, negated
};

}  // namespace cutset::solver
