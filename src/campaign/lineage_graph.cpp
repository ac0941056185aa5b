#include "campaign/lineage_graph.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "campaign/cut_graph.h"
#include "solver/dag_builder.h"

namespace cutset::campaign {

namespace {

using Node = Lineage::Node;
using solver::Child;

constexpr Child kNone = 0xffff'ffff;
constexpr uint64_t kMostUnrolled = 20'000'000;  // rules

class Conversion {
 public:
  explicit Conversion(const Lineage& lineage)
      : lineage_(lineage),
        builder_(lineage.fault_count),
        first_rule_(lineage.node_count + 1, 0),
        child_(lineage.node_count, kNone),
        number_(lineage.node_count, 0),
        low_(lineage.node_count, 0) {
    for (uint32_t fault = 0; fault < lineage.fault_count; ++fault) {
      child_[lineage.not_active(fault)] = fault;
      child_[lineage.active(fault)] = solver::enabled_by(fault);
    }
    for (const Lineage::Rule& rule : lineage.rules) ++first_rule_[rule.head + 1];
    for (Node node = 0; node < lineage.node_count; ++node) {
      first_rule_[node + 1] += first_rule_[node];
    }
    rules_.resize(lineage.rules.size());
    std::vector<uint32_t> next = first_rule_;
    for (uint32_t i = 0; i < lineage.rules.size(); ++i) {
      rules_[next[lineage.rules[i].head]++] = i;
    }
  }

  Result<solver::Dag> make() {
    std::vector<Child> conjuncts;
    for (const Node outcome : lineage_.outcomes) {
      visit(outcome);
      if (unrolled_ > kMostUnrolled) {
        return Error::bad_input(fmt::format(
            "{} goals derive each other within one step: too many for the search; "
            "exhaustive and random search have no such bound",
            component_.size()));
      }
      conjuncts.push_back(child_[outcome]);
    }
    return builder_.finish(builder_.and_gate(conjuncts, 0));
  }

 private:
  struct Visit {
    Node node;
    uint32_t rule;  // into rules_
    uint32_t premise = 0;
  };

  const Lineage::Rule& rule(uint32_t i) const { return lineage_.rules[rules_[i]]; }

  void enter(Node node) {
    number_[node] = low_[node] = ++met_;
    stack_.push_back(node);
    visits_.push_back({node, first_rule_[node]});
  }

  /// Components premises first (Tarjan 1972). On the stack: met, without a child yet.
  void visit(Node root) {
    if (child_[root] != kNone) return;
    enter(root);
    while (!visits_.empty() && unrolled_ <= kMostUnrolled) {
      Visit& top = visits_.back();
      if (top.rule == first_rule_[top.node + 1]) {
        const Node done = top.node;
        visits_.pop_back();
        if (!visits_.empty()) {
          Node above = visits_.back().node;
          low_[above] = std::min(low_[above], low_[done]);
        }
        if (low_[done] == number_[done]) close(done);
        continue;
      }
      const std::vector<Node>& premises = rule(top.rule).premises;
      if (top.premise == premises.size()) {
        ++top.rule;
        top.premise = 0;
        continue;
      }
      const Node next = premises[top.premise++];
      if (child_[next] != kNone) continue;
      if (number_[next] == 0) {
        enter(next);
      } else {
        low_[top.node] = std::min(low_[top.node], number_[next]);
      }
    }
  }

  void close(Node first) {
    component_.clear();
    while (component_.empty() || component_.back() != first) {
      component_.push_back(stack_.back());
      stack_.pop_back();
    }
    std::sort(component_.begin(), component_.end());
    const bool absences =
        std::any_of(component_.begin(), component_.end(),
                    [this](Node node) { return lineage_.is_absence[node] != 0; });
    std::vector<Child> before(component_.size(),
                              absences ? solver::kTrue : solver::kFalse);
    uint64_t in_a_round = 0;
    for (const Node node : component_) {
      in_a_round += first_rule_[node + 1] - first_rule_[node];
    }
    if (component_.size() > 1) unrolled_ += component_.size() * in_a_round;
    if (unrolled_ > kMostUnrolled) return;
    for (size_t round = 0; round < component_.size(); ++round) {
      for (size_t i = 0; i < component_.size(); ++i) child_[component_[i]] = before[i];
      std::vector<Child> now;
      for (const Node node : component_) now.push_back(gate(node));
      if (now == before) break;
      before = std::move(now);
    }
    for (size_t i = 0; i < component_.size(); ++i) child_[component_[i]] = before[i];
  }

  Child gate(Node node) {
    alternatives_.clear();
    for (uint32_t i = first_rule_[node]; i < first_rule_[node + 1]; ++i) {
      premises_.clear();
      for (const Node premise : rule(i).premises) premises_.push_back(child_[premise]);
      alternatives_.push_back(builder_.and_gate(premises_, node));
    }
    return builder_.or_gate(alternatives_, false, node);
  }

  const Lineage& lineage_;
  solver::DagBuilder builder_;
  std::vector<uint32_t> first_rule_;  // by node, into rules_; one more
  std::vector<uint32_t> rules_;
  std::vector<Child> child_;
  std::vector<uint32_t> number_;
  std::vector<uint32_t> low_;
  uint32_t met_ = 0;
  uint64_t unrolled_ = 0;
  std::vector<Node> stack_;
  std::vector<Visit> visits_;
  std::vector<Node> component_;
  std::vector<Child> premises_;
  std::vector<Child> alternatives_;
};

}  // namespace

Result<solver::FaultGraph> lineage_graph(const Lineage& lineage,
                                         const FaultSpace& space) {
  solver::FaultGraph graph;
  graph.faults = fault_table(space);
  CUTSET_ASSIGN(graph.dag, Conversion(lineage).make());
  graph.family = "dedalus";
  graph.nodes_read = graph.dag.fault_count() + graph.dag.gate_count();
  return graph;
}

}  // namespace cutset::campaign
