#include "campaign/cut_graph.h"

#include "base/check.h"
#include "solver/dag_builder.h"

namespace cutset::campaign {

namespace {

using Literal = DerivationModel::Literal;
using solver::Child;

constexpr Child kNone = 0xffff'ffff;

class Conversion {
 public:
  explicit Conversion(const DerivationModel& model)
      : model_(model),
        builder_(model.fault_count),
        children_(2 * (size_t{model.fault_count} + model.goal_count()), kNone) {
    for (uint32_t fault = 0; fault < model.fault_count; ++fault) {
      children_[2 * fault] = solver::enabled_by(fault);
      children_[2 * fault + 1] = fault;
    }
  }

  solver::Dag make() {
    find_needed();
    for (uint32_t goal = 0; goal < model_.goal_count(); ++goal) {
      const Literal holds = 2 * (model_.fault_count + goal);
      if (needed_[holds] != 0) children_[holds] = gate(goal, true);
      if (needed_[holds + 1] != 0) children_[holds + 1] = gate(goal, false);
    }
    std::vector<Child> conjuncts;
    for (const DerivationModel::Outcome& outcome : model_.outcomes) {
      const Child either[] = {child(outcome.post),
                              child(DerivationModel::negation(outcome.pre))};
      conjuncts.push_back(builder_.or_gate(either, false, 0));
    }
    const Child root = builder_.and_gate(conjuncts, 0);
    return builder_.finish(root);
  }

 private:
  Child child(Literal literal) const {
    if (literal == DerivationModel::kTrue) return solver::kTrue;
    if (literal == DerivationModel::kFalse) return solver::kFalse;
    CHECK(children_[literal] != kNone);
    return children_[literal];
  }

  void find_needed() {
    needed_.assign(children_.size(), 0);
    const auto need = [this](Literal literal) {
      if (literal < DerivationModel::kTrue) needed_[literal] = 1;
    };
    for (const DerivationModel::Outcome& outcome : model_.outcomes) {
      need(outcome.post);
      need(DerivationModel::negation(outcome.pre));
    }
    for (uint32_t goal = model_.goal_count(); goal-- > 0;) {
      const Literal holds = 2 * (model_.fault_count + goal);
      if (needed_[holds] == 0 && needed_[holds + 1] == 0) continue;
      const uint32_t begin = model_.first_premise[model_.first_firing[goal]];
      const uint32_t end = model_.first_premise[model_.first_firing[goal + 1]];
      for (uint32_t i = begin; i < end; ++i) {
        if (needed_[holds] != 0) need(model_.premises[i]);
        if (needed_[holds + 1] != 0) need(DerivationModel::negation(model_.premises[i]));
      }
    }
  }

  Child gate(uint32_t goal, bool holds) {
    const Literal origin = 2 * goal + (holds ? 0 : 1);
    firings_.clear();
    for (uint32_t firing = model_.first_firing[goal];
         firing < model_.first_firing[goal + 1]; ++firing) {
      premises_.clear();
      for (uint32_t i = model_.first_premise[firing];
           i < model_.first_premise[firing + 1]; ++i) {
        const Literal premise = model_.premises[i];
        premises_.push_back(child(holds ? premise : DerivationModel::negation(premise)));
      }
      firings_.push_back(builder_.gate(holds, premises_, false, origin));
    }
    return builder_.gate(!holds, firings_, false, origin);
  }

  const DerivationModel& model_;
  solver::DagBuilder builder_;
  std::vector<Child> children_;  // by literal
  std::vector<uint8_t> needed_;
  std::vector<Child> premises_;
  std::vector<Child> firings_;
};

}  // namespace

solver::FaultTable fault_table(const FaultSpace& space) {
  solver::FaultTable table;
  const solver::FaultTable::Kind omit = table.kind("omit");
  const solver::FaultTable::Kind crash = table.kind("crash");
  table.reserve(space.faults.size());
  for (const ModelFault& fault : space.faults) {
    const bool is_crash = fault.kind == ModelFault::Kind::kCrash;
    solver::FaultTable::Description description;
    description.kind = is_crash ? crash : omit;
    description.weight = static_cast<int32_t>(fault.time);
    description.a = table.name(space.nodes[fault.from]);
    description.b = table.name(is_crash ? "" : space.nodes[fault.to]);
    description.t = static_cast<int32_t>(fault.time);
    table.add(description);
  }
  return table;
}

solver::FaultGraph cut_graph(const DerivationModel& model, const FaultSpace& space) {
  solver::FaultGraph graph;
  graph.faults = fault_table(space);
  graph.dag = Conversion(model).make();
  graph.family = "dedalus";
  graph.nodes_read = graph.dag.fault_count() + graph.dag.gate_count();
  return graph;
}

}  // namespace cutset::campaign
