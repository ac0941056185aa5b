// Does a node of a derivation graph hold, while leaves are switched one after the other?
// Only what depends on a switched leaf is computed again.
//
// Invariants: after set() every value is what the graph says of the leaves; a node that
// is not in the cone of the root has no value.
//
// Cost: linear to build; a switch costs n log n in the nodes whose value changes and
// their parents.
//
// Thread rule: one owner; the graph must outlive it and stay as it is.
#pragma once

#include <cstdint>
#include <vector>

#include "lineage/derivation_graph.h"

namespace cutset::lineage {

class GraphEvaluator {
 public:
  /// All present leaves hold, no failed leaf does.
  GraphEvaluator(const DerivationGraph& graph, NodeId root);

  bool holds() const { return value_[root_] != 0; }
  bool holds(NodeId node) const { return value_[node] != 0; }

  /// One leaf by itself.
  void set(NodeId leaf, bool value);
  /// The event: its present leaf is false and its failed leaves are true, or back.
  void set_failed(uint32_t event, bool failed);

  /// Leaves below the root, ascending by node.
  const std::vector<NodeId>& leaves() const { return leaves_; }
  /// Those of an event; empty: the root does not depend on it.
  const std::vector<NodeId>& leaves_of(uint32_t event) const;

 private:
  using Type = DerivationGraph::Type;
  bool computed(NodeId node) const;
  void propagate();

  const DerivationGraph* graph_;
  NodeId root_;
  std::vector<uint8_t> value_;
  std::vector<uint32_t> true_children_;  // of gates
  std::vector<uint32_t> first_parent_;   // by node, into parents_; one more at the end
  std::vector<NodeId> parents_;
  std::vector<NodeId> leaves_;
  std::vector<std::vector<NodeId>> by_event_;
  std::vector<NodeId> queue_;  // heap, smallest first: children before parents
  std::vector<uint8_t> queued_;
};

}  // namespace cutset::lineage
