// The derivation graph: an AND/OR DAG that says why something holds (DESIGN, "Words").
//
//   goal (OR)    a fact with alternative rules
//   rule (AND)   one firing with its premises
//   present leaf an event that no fault takes away       (lost by a fault)
//   failed leaf  an event that a fault of one kind takes (enabled by a fault: the
//   condition of what
//                was learned under faults, calls.md 5.1)
//
// Invariants:
// 1. A node's children have smaller ids: ids are a topological order, the graph is
// acyclic.
// 2. Equal nodes (type, children) are one node; there are no goals or rules with one
// child.
// 3. kTrue and kFalse are nodes 0 and 1: the empty rule and the empty goal.
//
// Thread rule: built by one thread; const functions may then be called from several.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cutset::lineage {

using NodeId = uint32_t;

class DerivationGraph {
 public:
  enum class Type : uint8_t { kGoal, kRule, kPresent, kFailed };
  static constexpr NodeId kTrue = 0;
  static constexpr NodeId kFalse = 1;

  struct Node {
    Type type = Type::kGoal;
    uint32_t event = 0;            // leaves: index of the event
    uint32_t kind = 0;             // failed leaves: index of the kind of failure
    std::vector<NodeId> children;  // goals and rules: sorted, without repeats
  };

  DerivationGraph();

  NodeId present(uint32_t event);
  NodeId failed(uint32_t event, uint32_t kind);
  /// The conjunction; simplified (true, false, repeats, one child).
  NodeId rule(std::vector<NodeId> premises);
  /// The disjunction; simplified likewise.
  NodeId goal(std::vector<NodeId> alternatives);

  const std::vector<Node>& nodes() const { return nodes_; }
  /// For pictures and explanations; the last name given stays.
  void set_name(NodeId node, std::string name) { names_[node] = std::move(name); }
  const std::map<NodeId, std::string>& names() const { return names_; }

  /// The nodes on which `root` depends, root included, ascending.
  std::vector<NodeId> cone(NodeId root) const;
  /// Graphviz text of the cone of `root`; `event_name` and `kind_name` label the leaves.
  std::string to_dot(NodeId root, const std::vector<std::string>& event_names,
                     const std::vector<std::vector<std::string>>& kind_names) const;

  /// Invariants 1 to 3.
  void check_invariants() const;

 private:
  struct Key {
    Type type;
    uint32_t event;
    uint32_t kind;
    std::vector<NodeId> children;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  NodeId intern(Node node);
  NodeId combine(Type type, std::vector<NodeId> children, NodeId neutral,
                 NodeId absorbing);

  std::vector<Node> nodes_;
  std::map<Key, NodeId> interned_;
  std::map<NodeId, std::string> names_;
};

}  // namespace cutset::lineage
