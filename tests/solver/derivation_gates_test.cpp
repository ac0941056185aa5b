// Both polarities of a derivation graph's nodes against evaluating it directly.
#include "solver/derivation_gates.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace cutset::solver {
namespace {

using lineage::DerivationGraph;
using lineage::NodeId;

constexpr uint32_t kEvents = 3;
constexpr uint32_t kKinds = 2;

DerivationGraph random_graph(std::mt19937& random) {
  DerivationGraph graph;
  std::vector<NodeId> nodes{DerivationGraph::kTrue, DerivationGraph::kFalse};
  for (uint32_t event = 0; event < kEvents; ++event) {
    nodes.push_back(graph.present(event));
    // One kind more than there are faults: it never happens.
    for (uint32_t kind = 0; kind <= kKinds; ++kind)
      nodes.push_back(graph.failed(event, kind));
  }
  nodes.push_back(graph.present(kEvents));  // no fault takes this event
  for (int i = 0; i < 12; ++i) {
    std::vector<NodeId> children;
    const size_t count = 1 + random() % 3;
    for (size_t j = 0; j < count; ++j) children.push_back(nodes[random() % nodes.size()]);
    nodes.push_back(random() % 2 == 0 ? graph.rule(children) : graph.goal(children));
  }
  return graph;
}

bool holds(const DerivationGraph& graph, NodeId id, uint32_t active) {
  const DerivationGraph::Node& node = graph.nodes()[id];
  const auto is_active = [active](uint32_t event, uint32_t kind) {
    return event < kEvents && kind < kKinds &&
           (active >> (event * kKinds + kind) & 1) != 0;
  };
  switch (node.type) {
    case DerivationGraph::Type::kPresent:
      return !is_active(node.event, 0) && !is_active(node.event, 1);
    case DerivationGraph::Type::kFailed:
      return is_active(node.event, node.kind);
    case DerivationGraph::Type::kRule:
      return std::all_of(node.children.begin(), node.children.end(),
                         [&](NodeId child) { return holds(graph, child, active); });
    case DerivationGraph::Type::kGoal:
      return std::any_of(node.children.begin(), node.children.end(),
                         [&](NodeId child) { return holds(graph, child, active); });
  }
  return false;
}

bool holds(const Dag& dag, Child child, uint32_t active) {
  if (is_constant(child)) return child == kTrue;
  if (is_enabled(child)) return (active >> (child & ~kEnabledBit) & 1) != 0;
  if (dag.is_lost(child)) return (active >> child & 1) == 0;
  const GateId gate = dag.gate_of(child);
  const auto below = dag.children(gate);
  const auto here = [&](Child each) { return holds(dag, each, active); };
  return dag.is_and(gate) ? std::all_of(below.begin(), below.end(), here)
                          : std::any_of(below.begin(), below.end(), here);
}

TEST(DerivationGates, BothPolaritiesOfEveryNode) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const DerivationGraph graph = random_graph(random);
    std::vector<std::vector<FaultId>> faults;
    for (uint32_t event = 0; event < kEvents; ++event)
      faults.push_back({event * kKinds, event * kKinds + 1});
    DagBuilder builder(kEvents * kKinds);
    DerivationGates gates(graph, faults, builder);
    std::vector<std::pair<Child, Child>> made;
    for (NodeId id = 0; id < graph.nodes().size(); ++id)
      made.emplace_back(gates.holds(id), gates.fails(id));
    const Dag dag = builder.finish(made.back().first);
    dag.check_invariants();
    for (uint32_t active = 0; active < 1U << (kEvents * kKinds); ++active) {
      for (NodeId id = 0; id < graph.nodes().size(); ++id) {
        const bool expected = holds(graph, id, active);
        ASSERT_EQ(holds(dag, made[id].first, active), expected)
            << "seed " << seed << " node " << id << " under " << active;
        ASSERT_EQ(holds(dag, made[id].second, active), !expected)
            << "seed " << seed << " node " << id << " under " << active;
      }
    }
  }
}

}  // namespace
}  // namespace cutset::solver
