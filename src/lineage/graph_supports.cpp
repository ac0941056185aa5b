#include "lineage/graph_supports.h"

#include <algorithm>
#include <set>

#include "lineage/graph_evaluator.h"

namespace cutset::lineage {

namespace {

using Type = DerivationGraph::Type;

/// What is needed of the leaves that hold now, trying to do without them in this order.
/// The evaluator is left as it was.
std::vector<NodeId> needed(GraphEvaluator& evaluator, const std::vector<NodeId>& order) {
  std::vector<NodeId> kept;
  std::vector<NodeId> taken;
  for (const NodeId leaf : order) {
    if (!evaluator.holds(leaf)) continue;
    evaluator.set(leaf, false);
    if (evaluator.holds()) {
      taken.push_back(leaf);
    } else {
      evaluator.set(leaf, true);
      kept.push_back(leaf);
    }
  }
  for (const NodeId leaf : taken) evaluator.set(leaf, true);
  return kept;
}

GraphSupport support_of(const DerivationGraph& graph, const std::vector<NodeId>& leaves) {
  GraphSupport support;
  for (const NodeId leaf : leaves) {
    const DerivationGraph::Node& node = graph.nodes()[leaf];
    (node.type == Type::kFailed ? support.condition : support.events)
        .push_back(node.event);
  }
  std::sort(support.condition.begin(), support.condition.end());
  std::sort(support.events.begin(), support.events.end());
  return support;
}

}  // namespace

std::vector<GraphSupport> sample_supports(
    const DerivationGraph& graph, NodeId root,
    const std::vector<std::vector<uint32_t>>& failures, size_t most) {
  std::set<GraphSupport> found;
  GraphEvaluator evaluator(graph, root);
  const auto add = [&](const std::vector<NodeId>& order) {
    if (found.size() < most && evaluator.holds()) {
      found.insert(support_of(graph, needed(evaluator, order)));
    }
  };
  std::vector<NodeId> order = evaluator.leaves();
  add(order);
  std::reverse(order.begin(), order.end());
  add(order);
  // Conditions are given up last: what is shown is what runs when these have failed.
  std::stable_partition(order.begin(), order.end(), [&](NodeId leaf) {
    return graph.nodes()[leaf].type == Type::kPresent;
  });
  for (const std::vector<uint32_t>& failed : failures) {
    if (found.size() >= most) break;
    for (const uint32_t event : failed) evaluator.set_failed(event, true);
    add(order);
    for (const uint32_t event : failed) evaluator.set_failed(event, false);
  }
  return {found.begin(), found.end()};
}

}  // namespace cutset::lineage
