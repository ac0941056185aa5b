#include "lineage/derivation_graph.h"

#include <algorithm>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/topological_sort.hpp>
#include <fmt/format.h>

#include "base/check.h"

namespace cutset::lineage {

namespace {

using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

BoostGraph to_boost(const std::vector<DerivationGraph::Node>& nodes) {
  BoostGraph graph(nodes.size());
  for (size_t id = 0; id < nodes.size(); ++id) {
    for (const NodeId child : nodes[id].children) boost::add_edge(id, child, graph);
  }
  return graph;
}

class MarkReached : public boost::default_bfs_visitor {
 public:
  explicit MarkReached(std::vector<bool>& reached) : reached_(&reached) {}
  void discover_vertex(BoostGraph::vertex_descriptor vertex,
                       const BoostGraph& /*graph*/) const {
    (*reached_)[vertex] = true;
  }

 private:
  std::vector<bool>* reached_;
};

}  // namespace

DerivationGraph::DerivationGraph() {
  nodes_.push_back({Type::kRule, 0, 0, {}});
  nodes_.push_back({Type::kGoal, 0, 0, {}});
}

NodeId DerivationGraph::intern(Node node) {
  const Key key{node.type, node.event, node.kind, node.children};
  const auto [entry, inserted] =
      interned_.try_emplace(key, static_cast<NodeId>(nodes_.size()));
  if (inserted) nodes_.push_back(std::move(node));
  return entry->second;
}

NodeId DerivationGraph::present(uint32_t event) {
  return intern({Type::kPresent, event, 0, {}});
}

NodeId DerivationGraph::failed(uint32_t event, uint32_t kind) {
  return intern({Type::kFailed, event, kind, {}});
}

NodeId DerivationGraph::combine(Type type, std::vector<NodeId> children, NodeId neutral,
                                NodeId absorbing) {
  std::sort(children.begin(), children.end());
  children.erase(std::unique(children.begin(), children.end()), children.end());
  if (std::binary_search(children.begin(), children.end(), absorbing)) return absorbing;
  children.erase(std::remove(children.begin(), children.end(), neutral), children.end());
  if (children.empty()) return neutral;
  if (children.size() == 1) return children[0];
  return intern({type, 0, 0, std::move(children)});
}

NodeId DerivationGraph::rule(std::vector<NodeId> premises) {
  return combine(Type::kRule, std::move(premises), kTrue, kFalse);
}

NodeId DerivationGraph::goal(std::vector<NodeId> alternatives) {
  return combine(Type::kGoal, std::move(alternatives), kFalse, kTrue);
}

std::vector<NodeId> DerivationGraph::cone(NodeId root) const {
  const BoostGraph graph = to_boost(nodes_);
  std::vector<bool> reached(nodes_.size(), false);
  boost::breadth_first_search(graph, boost::vertex(root, graph),
                              boost::visitor(MarkReached(reached)));
  std::vector<NodeId> result;
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    if (reached[id]) result.push_back(id);
  }
  return result;
}

std::string DerivationGraph::to_dot(
    NodeId root, const std::vector<std::string>& event_names,
    const std::vector<std::vector<std::string>>& kind_names) const {
  const auto quoted = [](const std::string& text) {
    std::string result = "\"";
    for (const char byte : text) {
      if (byte == '"' || byte == '\\') result += '\\';
      result += byte;
    }
    return result + "\"";
  };
  std::string dot = "digraph derivation {\n";
  for (const NodeId id : cone(root)) {
    const Node& node = nodes_[id];
    const auto name = names_.find(id);
    std::string label = node.type == Type::kGoal ? "or" : "and";
    std::string shape = node.type == Type::kGoal ? "ellipse" : "box";
    if (name != names_.end()) label = name->second;
    if (node.type == Type::kPresent) label = event_names.at(node.event);
    if (node.type == Type::kFailed) {
      label =
          kind_names.at(node.event).at(node.kind) + " on " + event_names.at(node.event);
      shape = "octagon";
    }
    dot += fmt::format("  n{} [shape={}, label={}];\n", id, shape, quoted(label));
    for (const NodeId child : node.children)
      dot += fmt::format("  n{} -> n{};\n", id, child);
  }
  return dot + "}\n";
}

void DerivationGraph::check_invariants() const {
  CHECK(nodes_.size() >= 2);
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    const Node& node = nodes_[id];
    CHECK(std::is_sorted(node.children.begin(), node.children.end()));
    for (const NodeId child : node.children) CHECK(child < id);
    if (id > kFalse && (node.type == Type::kGoal || node.type == Type::kRule)) {
      CHECK(node.children.size() >= 2);
    }
  }
  std::vector<BoostGraph::vertex_descriptor> order;
  const BoostGraph graph = to_boost(nodes_);
  boost::topological_sort(graph, std::back_inserter(order));
  CHECK(order.size() == nodes_.size());
}

}  // namespace cutset::lineage
