#include "verifier/evaluator.h"

namespace cutset::verifier {

Evaluator::Evaluator(const Graph& graph)
    : graph_(graph),
      first_above_(2 * size_t{graph.faults()} + graph.gates() + 1, 0),
      above_(graph.below.size()),
      active_(graph.faults(), 0),
      failing_(graph.gates(), 0),
      holds_(graph.gates(), 0) {
  for (const Node child : graph.below) ++first_above_[slot(child) + 1];
  for (size_t i = 1; i < first_above_.size(); ++i) first_above_[i] += first_above_[i - 1];
  std::vector<uint32_t> next(first_above_.begin(), first_above_.end() - 1);
  for (uint32_t gate = 0; gate < graph.gates(); ++gate) {
    for (const Node child : graph.children(gate)) {
      above_[next[slot(child)]++] = gate;
      const bool holds = !is_enabled(child) &&
                         (child < graph.faults() || holds_[child - graph.faults()] != 0);
      if (!holds) ++failing_[gate];
    }
    holds_[gate] = holds_with(gate) ? 1 : 0;
  }
}

/// Lost leaves, gates, enabled leaves.
size_t Evaluator::slot(Node node) const {
  if (!is_enabled(node)) return node;
  return size_t{graph_.faults()} + graph_.gates() + (node & ~kEnabledBit);
}

std::span<const uint32_t> Evaluator::above(Node node) const {
  const size_t at = slot(node);
  return {above_.data() + first_above_[at], above_.data() + first_above_[at + 1]};
}

bool Evaluator::holds_with(uint32_t gate) const {
  if (graph_.is_and[gate] != 0) return failing_[gate] == 0;
  return failing_[gate] < graph_.first[gate + 1] - graph_.first[gate];
}

bool Evaluator::root_holds() const {
  const Node root = graph_.root;
  if (is_constant(root)) return root == kHolds;
  if (is_enabled(root)) return active_[root & ~kEnabledBit] != 0;
  if (root < graph_.faults()) return active_[root] == 0;
  return holds_[root - graph_.faults()] != 0;
}

void Evaluator::set_active(uint32_t fault, bool active) {
  if ((active_[fault] != 0) == active) return;
  active_[fault] = active ? 1 : 0;
  change(fault, !active);
  if (graph_.has_conditions) change(kEnabledBit | fault, active);
}

/// Only one way: what held still holds if the leaf is given, and the other way round.
void Evaluator::change(Node leaf, bool holds) {
  changed_.assign(1, leaf);
  while (!changed_.empty()) {
    const Node node = changed_.back();
    changed_.pop_back();
    for (const uint32_t gate : above(node)) {
      failing_[gate] += holds ? uint32_t{0xffff'ffff} : 1U;
      const bool now = holds_with(gate);
      if (now == (holds_[gate] != 0)) continue;
      holds_[gate] = now ? 1 : 0;
      changed_.push_back(graph_.faults() + gate);
    }
  }
}

}  // namespace cutset::verifier
