// Does the root hold under exactly these faults? Switching a fault costs the edges above
// the nodes that change.
// Thread rule: one owner; the graph must outlive it.
#pragma once

#include <vector>

#include "verifier/graph.h"

namespace cutset::verifier {

class Evaluator {
 public:
  /// No fault is active.
  explicit Evaluator(const Graph& graph);

  bool root_holds() const;
  void set_active(uint32_t fault, bool active);

 private:
  std::span<const uint32_t> above(Node node) const;
  size_t slot(Node node) const;
  bool holds_with(uint32_t gate) const;
  void change(Node leaf, bool holds);

  const Graph& graph_;
  std::vector<uint32_t> first_above_;  // by slot
  std::vector<uint32_t> above_;        // gates
  std::vector<uint8_t> active_;        // by fault
  std::vector<uint32_t> failing_;      // by gate: children that do not hold
  std::vector<uint8_t> holds_;         // by gate
  std::vector<Node> changed_;
};

}  // namespace cutset::verifier
