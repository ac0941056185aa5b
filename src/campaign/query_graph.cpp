#include "campaign/query_graph.h"

#include <algorithm>

#include "campaign/effect_gates.h"
#include "solver/derivation_gates.h"

namespace cutset::campaign {

namespace {

using solver::Child;
using solver::FaultId;

class Question {
 public:
  Question(const Model& model, const Composition& composition, const QueryFaults& faults,
           const QueryState& state)
      : model_(model),
        composition_(composition),
        faults_(faults),
        state_(state),
        builder_(static_cast<uint32_t>(faults.list().size())),
        gates_(composition.graph, faults.of_event(), builder_) {}

  solver::FaultGraph graph() {
    const Child is_settled = settled();
    Child root = is_settled;
    if (state_.compose) {
      // What is unknown comes before the confirmation of what is predicted (which it may
      // turn out to have confirmed as well): its gate is made first.
      EffectGates effects(model_, composition_, gates_, builder_);
      const Child known = either(is_settled, nothing_unknown(effects));
      const Child holds = either(is_settled, nothing_broken(effects));
      root = builder_.and_gate(std::vector{known, holds}, 0);
    }
    solver::FaultGraph result;
    result.dag = builder_.finish(root);
    describe(result);
    return result;
  }

 private:
  Child either(Child a, Child b) { return builder_.or_gate(std::vector{a, b}, false, 0); }
  Child both(Child a, Child b) { return builder_.and_gate(std::vector{a, b}, 0); }

  Child settled() {
    two_kinds_of_one_call();
    calls_not_made();
    for (const RunView& run : model_.runs()) answered(run);
    for (const FaultSet& faults : state_.violated) contains(faults);
    for (const FaultSet& faults : state_.planned) exactly(faults);
    return builder_.or_gate(settled_, true, 0);
  }

  void two_kinds_of_one_call() {
    for (const std::vector<FaultId>& kinds : faults_.of_event()) {
      for (size_t i = 0; i < kinds.size(); ++i) {
        for (size_t j = i + 1; j < kinds.size(); ++j) {
          settled_.push_back(
              both(solver::enabled_by(kinds[i]), solver::enabled_by(kinds[j])));
        }
      }
    }
  }

  /// A fault on a call that is not made would fire on nothing.
  void calls_not_made() {
    for (uint32_t event = 0; event < composition_.called.size(); ++event) {
      settled_.push_back(
          both(gates_.absent(event), gates_.fails(composition_.called[event])));
    }
  }

  /// The run tells the end of every set that contains what fired in it and takes nothing
  /// of what it delivered.
  void answered(const RunView& run) {
    const auto fired = faults_.find(run.fired);
    if (!fired) return;
    std::vector<Child> all;
    for (const FaultId fault : *fired) all.push_back(solver::enabled_by(fault));
    for (const std::string& event : run.delivered) {
      if (const auto here = faults_.event(event)) all.push_back(gates_.present(*here));
    }
    settled_.push_back(builder_.and_gate(all, 0));
  }

  void contains(const FaultSet& violated) {
    const auto faults = faults_.find(violated);
    if (!faults) return;
    std::vector<Child> all;
    for (const FaultId fault : *faults) all.push_back(solver::enabled_by(fault));
    settled_.push_back(builder_.and_gate(all, 0));
  }

  void exactly(const FaultSet& planned) {
    const auto faults = faults_.find(planned);
    if (!faults) return;
    std::vector<Child> all;
    for (FaultId fault = 0; fault < faults_.list().size(); ++fault) {
      const bool in_plan =
          std::find(faults->begin(), faults->end(), fault) != faults->end();
      all.push_back(in_plan ? solver::enabled_by(fault) : fault);
    }
    settled_.push_back(builder_.and_gate(all, 0));
  }

  Child nothing_unknown(EffectGates& effects) {
    std::vector<Child> all;
    for (const Composition::Open& place : composition_.open) {
      std::vector<Child> here{gates_.fails(place.reached)};
      for (const lineage::NodeId known : place.known) here.push_back(gates_.holds(known));
      all.push_back(builder_.or_gate(here, false, 0));
    }
    std::vector<Child> no_answer;
    std::vector<Child> seen;
    for (const auto& [label, goal] : composition_.answers) {
      no_answer.push_back(gates_.fails(goal));
      for (const auto& [pair, judged] : model_.judged()) {
        if (pair.first != label || judged.ambiguous) continue;
        seen.push_back(both(gates_.holds(goal), effects.are(pair.second)));
      }
    }
    seen.push_back(builder_.and_gate(no_answer, 0));
    all.push_back(builder_.or_gate(seen, false, 0));
    return builder_.and_gate(all, 0);
  }

  Child nothing_broken(EffectGates& effects) {
    std::vector<Child> all;
    for (const auto& [label, goal] : composition_.answers) {
      for (const auto& [pair, judged] : model_.judged()) {
        if (pair.first != label || judged.ambiguous || !is_broken(judged.verdict))
          continue;
        all.push_back(either(gates_.fails(goal), effects.are_not(pair.second)));
      }
    }
    return builder_.and_gate(all, 0);
  }

  void describe(solver::FaultGraph& graph) const {
    graph.family = "campaign";
    const auto kind = graph.faults.kind("call");
    for (FaultId id = 0; id < faults_.list().size(); ++id) {
      const KindFault& fault = faults_.list()[id];
      solver::FaultTable::Description description;
      description.kind = kind;
      description.weight = static_cast<int32_t>(id);
      description.a = graph.faults.name(composition_.events[fault.event].event);
      description.b = graph.faults.name(fault.modes.front().text());
      description.t = static_cast<int32_t>(fault.kind);
      graph.faults.add(description);
    }
    graph.nodes_read = graph.faults.size() + graph.dag.gate_count();
  }

  const Model& model_;
  const Composition& composition_;
  const QueryFaults& faults_;
  const QueryState& state_;
  solver::DagBuilder builder_;
  solver::DerivationGates gates_;
  std::vector<Child> settled_;
};

}  // namespace

solver::FaultGraph query_graph(const Model& model, const Composition& composition,
                               const QueryFaults& faults, const QueryState& state) {
  return Question(model, composition, faults, state).graph();
}

}  // namespace cutset::campaign
