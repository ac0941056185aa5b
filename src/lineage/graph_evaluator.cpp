#include "lineage/graph_evaluator.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace cutset::lineage {

GraphEvaluator::GraphEvaluator(const DerivationGraph& graph, NodeId root)
    : graph_(&graph),
      root_(root),
      value_(graph.nodes().size(), 0),
      true_children_(graph.nodes().size(), 0),
      first_parent_(graph.nodes().size() + 1, 0),
      queued_(graph.nodes().size(), 0) {
  const auto& nodes = graph.nodes();
  const std::vector<NodeId> cone = graph.cone(root);
  for (const NodeId id : cone) {
    for (const NodeId child : nodes[id].children) ++first_parent_[child + size_t{1}];
  }
  for (size_t id = 0; id < nodes.size(); ++id) first_parent_[id + 1] += first_parent_[id];
  parents_.resize(first_parent_.back());
  std::vector<uint32_t> next(first_parent_.begin(), first_parent_.end() - 1);
  for (const NodeId id : cone) {
    const DerivationGraph::Node& node = nodes[id];
    for (const NodeId child : node.children) {
      parents_[next[child]++] = id;
      true_children_[id] += value_[child];
    }
    if (node.type == Type::kPresent || node.type == Type::kFailed) {
      leaves_.push_back(id);
      if (node.event >= by_event_.size()) by_event_.resize(node.event + size_t{1});
      by_event_[node.event].push_back(id);
      value_[id] = node.type == Type::kPresent ? 1 : 0;
    } else {
      value_[id] = computed(id) ? 1 : 0;
    }
  }
}

bool GraphEvaluator::computed(NodeId node) const {
  if (graph_->nodes()[node].type == Type::kGoal) return true_children_[node] > 0;
  return true_children_[node] == graph_->nodes()[node].children.size();
}

const std::vector<NodeId>& GraphEvaluator::leaves_of(uint32_t event) const {
  static const std::vector<NodeId> kNone;
  return event < by_event_.size() ? by_event_[event] : kNone;
}

void GraphEvaluator::set(NodeId leaf, bool value) {
  if ((value_[leaf] != 0) == value) return;
  queue_.push_back(leaf);
  propagate();
}

void GraphEvaluator::set_failed(uint32_t event, bool failed) {
  for (const NodeId leaf : leaves_of(event)) {
    const bool value = (graph_->nodes()[leaf].type == Type::kFailed) == failed;
    if ((value_[leaf] != 0) != value) queue_.push_back(leaf);
  }
  std::make_heap(queue_.begin(), queue_.end(), std::greater<>());
  propagate();
}

void GraphEvaluator::propagate() {
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>());
    const NodeId node = queue_.back();
    queue_.pop_back();
    const bool is_gate = graph_->nodes()[node].type == Type::kGoal ||
                         graph_->nodes()[node].type == Type::kRule;
    queued_[node] = 0;
    if (is_gate && computed(node) == (value_[node] != 0)) continue;
    value_[node] ^= 1;
    for (uint32_t i = first_parent_[node]; i < first_parent_[node + size_t{1}]; ++i) {
      const NodeId parent = parents_[i];
      true_children_[parent] += value_[node] != 0 ? 1 : -1U;
      if (queued_[parent] != 0) continue;
      queued_[parent] = 1;
      queue_.push_back(parent);
      std::push_heap(queue_.begin(), queue_.end(), std::greater<>());
    }
  }
}

}  // namespace cutset::lineage
