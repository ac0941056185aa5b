#include "solver/derivation_gates.h"

#include "base/check.h"

namespace cutset::solver {

using lineage::NodeId;
using Type = lineage::DerivationGraph::Type;

namespace {
constexpr Child kNotMade = kFalse - 2;  // neither a node nor a constant
static_assert(kNotMade > kMostNodes && kNotMade < kTrue);
}  // namespace

DerivationGates::DerivationGates(const lineage::DerivationGraph& graph,
                                 std::vector<std::vector<FaultId>> faults,
                                 DagBuilder& builder)
    : graph_(graph), faults_(std::move(faults)), builder_(builder) {
  for (std::vector<Child>& each : made_) each.assign(graph.nodes().size(), kNotMade);
}

Child DerivationGates::present(uint32_t event) {
  if (event >= faults_.size()) return kTrue;
  return builder_.and_gate(faults_[event], 0);
}

Child DerivationGates::absent(uint32_t event) {
  if (event >= faults_.size()) return kFalse;
  std::vector<Child> active;
  for (const FaultId fault : faults_[event]) active.push_back(enabled_by(fault));
  return builder_.or_gate(active, false, 0);
}

Child DerivationGates::leaf(const lineage::DerivationGraph::Node& node, bool negated) {
  if (node.type == Type::kPresent)
    return negated ? absent(node.event) : present(node.event);
  const bool can_fail =
      node.event < faults_.size() && node.kind < faults_[node.event].size();
  if (!can_fail) return negated ? kTrue : kFalse;
  const FaultId fault = faults_[node.event][node.kind];
  return negated ? fault : enabled_by(fault);
}

Child DerivationGates::made(NodeId root, bool negated) {
  std::vector<Child>& made = made_[negated ? 1 : 0];
  CHECK(root < made.size());
  std::vector<NodeId> waiting{root};
  std::vector<Child> children;
  while (!waiting.empty()) {
    const NodeId id = waiting.back();
    const lineage::DerivationGraph::Node& node = graph_.nodes()[id];
    const bool is_leaf = node.type == Type::kPresent || node.type == Type::kFailed;
    if (made[id] != kNotMade || is_leaf) {
      if (made[id] == kNotMade) made[id] = leaf(node, negated);
      waiting.pop_back();
      continue;
    }
    children.clear();
    const size_t before = waiting.size();
    for (const NodeId child : node.children) {
      if (made[child] == kNotMade) waiting.push_back(child);
      children.push_back(made[child]);
    }
    if (waiting.size() > before) continue;
    const bool is_and = (node.type == Type::kRule) != negated;
    made[id] = builder_.gate(is_and, children, false, id);
    waiting.pop_back();
  }
  return made[root];
}

}  // namespace cutset::solver
