#include "lineage/class_graph.h"

#include <algorithm>

#include "base/check.h"
#include "lineage/graph_evaluator.h"

namespace cutset::lineage {

namespace {

using Type = Premise::Type;
constexpr uint32_t kError = 0;  // the one kind of failure

class Builder {
 public:
  Builder(const RequestIdentities& identities, ClassRules rules)
      : identities_(identities),
        needed_(identities.calls.size(), false),
        fails_needed_(identities.calls.size(), false),
        holds_(identities.calls.size(), DerivationGraph::kFalse),
        fails_(identities.calls.size(), DerivationGraph::kTrue) {
    result_.rules = std::move(rules);
  }

  ClassGraph build() {
    find_needed();
    // Callees stand behind their callers in pre-order.
    for (size_t call = identities_.calls.size(); call-- > 0;) {
      if (needed_[call]) build_call(static_cast<uint32_t>(call));
    }
    result_.root = holds_[0];
    for (const ClassCall& call : identities_.calls) {
      result_.likelihood.push_back(static_cast<double>(call.errors + 1) /
                                   static_cast<double>(call.present + 2));
    }
    finish();
    return std::move(result_);
  }

 private:
  const std::vector<LocalRule>& rules(size_t call) const {
    return result_.rules.of[call];
  }

  void find_needed() {
    needed_[0] = true;
    for (size_t call = 0; call < identities_.calls.size(); ++call) {
      if (!needed_[call]) continue;
      for (const LocalRule& rule : rules(call)) {
        for (const Premise& premise : rule) {
          for (const uint32_t callee : premise.calls) {
            CHECK(identities_.calls[callee].parent == static_cast<int>(call));
            needed_[callee] = true;
            fails_needed_[callee] = fails_needed_[callee] || fails_needed_[call] ||
                                    premise.type != Type::kHolds;
          }
        }
      }
    }
  }

  void build_call(uint32_t call) {
    if (rules(call).empty()) return;  // never seen to answer
    DerivationGraph& graph = result_.graph;
    std::vector<NodeId> alternatives;
    for (const LocalRule& rule : rules(call)) {
      std::vector<NodeId> premises;
      for (const Premise& premise : rule) premises.push_back(holds(premise));
      alternatives.push_back(graph.rule(std::move(premises)));
    }
    const NodeId answered = graph.goal(std::move(alternatives));
    holds_[call] = call == 0 ? answered : graph.rule({graph.present(call), answered});
    name(holds_[call], identities_.words(call) + " answers");
    if (fails_needed_[call]) build_fails(call);
  }

  /// The complement: every alternative lacks a premise, or the call itself fails.
  void build_fails(uint32_t call) {
    DerivationGraph& graph = result_.graph;
    std::vector<NodeId> all_lack;
    for (const LocalRule& rule : rules(call)) {
      std::vector<NodeId> lacks;
      for (const Premise& premise : rule) lacks.push_back(lacking(premise));
      all_lack.push_back(graph.goal(std::move(lacks)));
    }
    const NodeId lacking_all = graph.rule(std::move(all_lack));
    fails_[call] = graph.goal({graph.failed(call, kError), lacking_all});
    name(fails_[call], identities_.words(call) + " fails");
  }

  NodeId holds(const Premise& premise) {
    if (premise.type == Type::kHolds) return holds_[premise.calls[0]];
    if (premise.type == Type::kFails) return fails_[premise.calls[0]];
    std::vector<NodeId> alternatives;
    std::vector<NodeId> earlier_failed;
    for (const uint32_t attempt : premise.calls) {
      std::vector<NodeId> here = earlier_failed;
      here.push_back(holds_[attempt]);
      alternatives.push_back(result_.graph.rule(std::move(here)));
      earlier_failed.push_back(fails_[attempt]);
    }
    return result_.graph.goal(std::move(alternatives));
  }

  NodeId lacking(const Premise& premise) {
    if (premise.type == Type::kHolds) return fails_[premise.calls[0]];
    if (premise.type == Type::kFails) return holds_[premise.calls[0]];
    std::vector<NodeId> all;
    for (const uint32_t attempt : premise.calls) all.push_back(fails_[attempt]);
    return result_.graph.rule(std::move(all));
  }

  void name(NodeId node, std::string text) {
    const DerivationGraph::Type type = result_.graph.nodes()[node].type;
    const bool is_leaf =
        type == DerivationGraph::Type::kPresent || type == DerivationGraph::Type::kFailed;
    if (node > DerivationGraph::kFalse && !is_leaf)
      result_.graph.set_name(node, std::move(text));
  }

  void finish() {
    const GraphEvaluator evaluator(result_.graph, result_.root);
    CHECK(rules(0).empty() || evaluator.holds());
    GraphPass pass{"single premises", "goals and rules of one part, equal parts shared",
                   0, 0, 0};
    for (const NodeId id : result_.graph.cone(result_.root)) {
      const DerivationGraph::Node& node = result_.graph.nodes()[id];
      ++pass.nodes;
      pass.edges += static_cast<int64_t>(node.children.size());
      if (node.type != DerivationGraph::Type::kPresent &&
          node.type != DerivationGraph::Type::kFailed) {
        continue;
      }
      ++pass.leaves;
      result_.events.push_back(node.event);
    }
    std::sort(result_.events.begin(), result_.events.end());
    result_.events.erase(std::unique(result_.events.begin(), result_.events.end()),
                         result_.events.end());
    result_.rules.passes.push_back(std::move(pass));
  }

  const RequestIdentities& identities_;
  ClassGraph result_;
  std::vector<bool> needed_;
  std::vector<bool> fails_needed_;
  std::vector<NodeId> holds_;
  std::vector<NodeId> fails_;
};

}  // namespace

ClassGraph class_graph(const RequestIdentities& identities) {
  return Builder(identities, rules_of(identities)).build();
}

}  // namespace cutset::lineage
