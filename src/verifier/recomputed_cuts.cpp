#include "verifier/recomputed_cuts.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::verifier {

using Family = SetFamilies::Family;

RecomputedCuts::RecomputedCuts(const Graph& graph, const Budget& budget, const Cone& cone,
                               size_t most_nodes, const std::function<bool()>& stop)
    : families_(budget.total.value_or(UINT32_MAX), most_nodes, stop) {
  // Slots are numbered depth first: what stands together in the graph is together in the
  // order, too.
  for (uint32_t slot = 0; slot < cone.slots(); ++slot) {
    const bool can_fail = budget.limit_of(graph.kind_of[cone.faults[slot]]) != 0U;
    of_slot_.push_back(can_fail ? families_.single(slot) : SetFamilies::kNone);
  }
  std::vector<Family> of_gate;
  for (uint32_t at = 0; at < cone.gates() && !gave_up(); ++at)
    of_gate.push_back(gate(cone, at, of_gate));
  if (gave_up()) return;
  parts_.clear();
  for (const Node root : cone.roots) {
    parts_.push_back(root < cone.slots() ? of_slot_[root] : of_gate[root - cone.slots()]);
  }
  all_ = combined(true);
}

/// An AND gate fails if one child does, an OR gate if all do.
Family RecomputedCuts::gate(const Cone& cone, uint32_t gate,
                            const std::vector<Family>& of_gate) {
  parts_.clear();
  for (const Node child : cone.children(gate)) {
    parts_.push_back(child < cone.slots() ? of_slot_[child]
                                          : of_gate[child - cone.slots()]);
  }
  return combined(cone.is_and[gate] != 0);
}

/// From the last in the order to the first: each step passes through what comes before
/// the rest, which is the smaller side where they have nothing in common.
Family RecomputedCuts::combined(bool is_union) {
  std::sort(parts_.begin(), parts_.end(), [this](Family a, Family b) {
    const uint32_t x = families_.top(a);
    const uint32_t y = families_.top(b);
    return x != y ? x > y : a > b;
  });
  Family result = parts_.front();
  for (size_t at = 1; at < parts_.size(); ++at) {
    result = is_union ? families_.unite(parts_[at], result)
                      : families_.product(parts_[at], result);
  }
  return result;
}

std::optional<std::string> why_not_recomputed(const Cone& cone) {
  if (cone.slots() > SetFamilies::kMostElements) {
    return fmt::format("a part with {} faults; at most {} can be recomputed",
                       cone.slots(), SetFamilies::kMostElements);
  }
  const auto has = [](const std::vector<Node>& nodes) {
    return std::any_of(nodes.begin(), nodes.end(),
                       [](Node node) { return is_enabled(node); });
  };
  if (has(cone.below) || has(cone.roots)) return "a part with conditions";
  return std::nullopt;
}

}  // namespace cutset::verifier
