#include "verifier/cone.h"

namespace cutset::verifier {

ConeWalk::ConeWalk(const Graph& graph)
    : graph_(graph), number_(size_t{graph.faults()} + graph.gates(), 0) {}

Cone ConeWalk::walk(std::span<const Node> roots) {
  Cone cone;
  order_.clear();
  for (const Node root : roots) visit(root, cone);
  // Only now it is known where the slots end.
  const auto local = [&](Node node) {
    if (is_enabled(node)) return kEnabledBit | (number_[node & ~kEnabledBit] - 1);
    const uint32_t number = number_[node] - 1;
    return node < graph_.faults() ? number : cone.slots() + number;
  };
  for (const uint32_t gate : order_) {
    for (const Node child : graph_.children(gate)) cone.below.push_back(local(child));
    cone.first.push_back(static_cast<uint32_t>(cone.below.size()));
    cone.is_and.push_back(graph_.is_and[gate]);
  }
  for (const Node root : roots) cone.roots.push_back(local(root));
  for (const uint32_t fault : cone.faults) number_[fault] = 0;
  for (const uint32_t gate : order_) number_[graph_.faults() + gate] = 0;
  return cone;
}

void ConeWalk::meet(Node node, Cone& cone) {
  if (!is_enabled(node) && graph_.is_gate(node)) {
    // Open gates are marked too: there are no cycles, they are not met again.
    if (number_[node] == 0) {
      const uint32_t gate = node - graph_.faults();
      open_.push_back({gate, graph_.first[gate]});
    }
    return;
  }
  const uint32_t fault = node & ~kEnabledBit;
  if (number_[fault] != 0) return;
  cone.faults.push_back(fault);
  number_[fault] = cone.slots();
}

void ConeWalk::visit(Node root, Cone& cone) {
  meet(root, cone);
  while (!open_.empty()) {
    Open& top = open_.back();
    if (top.next < graph_.first[top.gate + 1]) {
      meet(graph_.below[top.next++], cone);
      continue;
    }
    order_.push_back(top.gate);
    number_[graph_.faults() + top.gate] = static_cast<uint32_t>(order_.size());
    open_.pop_back();
  }
}

std::vector<uint8_t> conjuncts_of(const Graph& graph) {
  const size_t nodes = size_t{graph.faults()} + graph.gates();
  std::vector<uint8_t> result(nodes + graph.faults(), 0);
  std::vector<Node> waiting;
  if (!is_constant(graph.root)) waiting.push_back(graph.root);
  while (!waiting.empty()) {
    const Node node = waiting.back();
    waiting.pop_back();
    uint8_t& is_met = result[is_enabled(node) ? nodes + (node & ~kEnabledBit) : node];
    if (is_met != 0) continue;
    is_met = 1;
    if (is_enabled(node) || !graph.is_gate(node)) continue;
    const uint32_t gate = node - graph.faults();
    if (graph.is_and[gate] == 0) continue;
    const std::span<const Node> below = graph.children(gate);
    waiting.insert(waiting.end(), below.begin(), below.end());
  }
  return result;
}

}  // namespace cutset::verifier
