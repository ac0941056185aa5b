#include "campaign/query.h"

#include <algorithm>
#include <map>

#include "solver/smallest.h"

namespace cutset::campaign {

namespace {

using identity::FaultMode;
using solver::Formula;
using solver::Literal;
using solver::SatSolver;

/// One SAT variable: this call fails in this kind.
struct Choice {
  uint32_t event = 0;
  uint32_t kind = 0;
  std::vector<FaultMode> modes;  // representative first
};

class Query {
 public:
  Query(const Model& model, const QueryState& state, Composition composition)
      : model_(model),
        state_(state),
        composition_(std::move(composition)),
        formula_(solver_) {}

  QueryAnswer answer() {
    make_choices();
    encode();
    const std::vector<Literal> targets = make_targets();
    block_answered_runs();
    block_violated();
    block_planned();
    QueryAnswer answer;
    const std::vector<Literal> at_least =
        formula_.count(choice_literals_, state_.budget + 1);
    std::optional<std::vector<size_t>> chosen;
    for (size_t size = 1; size <= state_.budget && !chosen; ++size) {
      for (const Literal target : targets) {
        if (chosen) break;
        chosen = solver::first_choice(solver_, choice_literals_, at_least, size, target);
      }
    }
    answer.variables = static_cast<size_t>(solver_.variables());
    answer.clauses = static_cast<size_t>(solver_.clauses());
    answer.graph_nodes = composition_.graph.nodes().size();
    if (chosen) answer.proposal = proposal(*chosen);
    return answer;
  }

 private:
  /// Modes that were run alone come first (their subsets are shown to hold by that), and
  /// a status that handlers often answer by themselves comes last (it tells less: it
  /// could have been passed on).
  std::vector<FaultMode> by_preference(const ComposedEvent& event,
                                       std::vector<FaultMode> modes) {
    std::stable_sort(
        modes.begin(), modes.end(), [&](const FaultMode& a, const FaultMode& b) {
          const auto rank = [&](const FaultMode& mode) {
            return std::pair(!was_run_alone({event.event, mode}), mode.status == 500);
          };
          return rank(a) < rank(b);
        });
    return modes;
  }

  bool was_run_alone(const Fault& fault) const {
    for (const RunView& run : model_.runs()) {
      if (run.fired.size() == 1 && run.fired.front() == fault) return true;
    }
    return false;
  }

  void make_choices() {
    for (uint32_t event = 0; event < composition_.events.size(); ++event) {
      const ComposedEvent& composed = composition_.events[event];
      event_of_[composed.event] = event;
      for (uint32_t kind = 0; kind < composed.kinds.size(); ++kind) {
        choices_.push_back(
            {event, kind, by_preference(composed, composed.kinds[kind].modes)});
      }
    }
    // The latest call first: what a callee's failure does to its caller often answers for
    // the callee itself, and a late failure for an early one.
    std::map<int, int> latest_first;
    for (const int position : model_.arrival_order()) {
      latest_first[position] = -static_cast<int>(latest_first.size());
    }
    std::stable_sort(
        choices_.begin(), choices_.end(), [&](const Choice& a, const Choice& b) {
          const auto rank = [&](const Choice& choice) {
            return std::pair(latest_first[composition_.events[choice.event].position],
                             choice.kind);
          };
          return rank(a) < rank(b);
        });
    failed_.resize(composition_.events.size());
    for (uint32_t event = 0; event < composition_.events.size(); ++event) {
      failed_[event].resize(composition_.events[event].kinds.size());
    }
    for (const Choice& choice : choices_) {
      const Literal literal = formula_.variable();
      choice_literals_.push_back(literal);
      failed_[choice.event][choice.kind] = literal;
    }
  }

  void encode() {
    std::vector<Literal> present;
    for (const std::vector<Literal>& kinds : failed_) {
      present.push_back(-formula_.any_of(kinds));
      for (size_t i = 0; i < kinds.size(); ++i) {
        for (size_t j = i + 1; j < kinds.size(); ++j) {
          formula_.require_any({-kinds[i], -kinds[j]});
        }
      }
    }
    node_ = formula_.encode(composition_.graph, present, failed_);
    // A fault on a call that is not made would fire on nothing.
    for (uint32_t event = 0; event < failed_.size(); ++event) {
      formula_.require_any({present[event], node_[composition_.called[event]]});
    }
  }

  Literal open_case() {
    std::vector<Literal> open;
    for (const Composition::Open& place : composition_.open) {
      std::vector<Literal> here{node_[place.reached]};
      for (const lineage::NodeId known : place.known) here.push_back(-node_[known]);
      open.push_back(formula_.all_of(std::move(here)));
    }
    return formula_.any_of(std::move(open));
  }

  /// The literal "exactly these effects".
  Literal effects_are(const Effects& effects) {
    std::vector<Literal> conditions;
    for (const auto& [effect, at_least] : counters_) {
      const auto found = effects.find(effect);
      const size_t count =
          found == effects.end() ? 0 : static_cast<size_t>(found->second);
      if (count > 0) conditions.push_back(at_least[count - 1]);
      conditions.push_back(-at_least[count]);
    }
    for (const auto& [effect, count] : effects) {
      if (counters_.count(effect) == 0 && count > 0) return formula_.never();
    }
    return formula_.all_of(std::move(conditions));
  }

  void make_counters() {
    std::map<std::pair<int, int>, std::vector<Literal>> executed;
    for (const ExecutedCall& call : composition_.executed) {
      for (int i = 0; i < call.copies; ++i)
        executed[call.effect].push_back(node_[call.executed]);
    }
    std::map<std::pair<int, int>, size_t> most;
    for (const auto& [pair, judged] : model_.judged()) {
      for (const auto& [effect, count] : pair.second) {
        most[effect] = std::max(most[effect], static_cast<size_t>(count));
      }
    }
    for (const auto& [effect, literals] : executed) {
      counters_[effect] = formula_.count(literals, most[effect] + 1);
    }
  }

  /// What makes an experiment worth while, the most instructive first: something unknown
  /// comes before the confirmation of what is predicted (which it may turn out to have
  /// confirmed as well).
  std::vector<Literal> make_targets() {
    if (!state_.compose) return {formula_.always()};
    make_counters();
    std::map<int, Literal> answers;
    std::vector<Literal> any_answer;
    for (const auto& [label, goal] : composition_.answers) {
      answers[label] = node_[goal];
      any_answer.push_back(node_[goal]);
    }
    std::vector<Literal> seen;
    std::vector<Literal> broken;
    for (const auto& [pair, judged] : model_.judged()) {
      const auto answer = answers.find(pair.first);
      if (judged.ambiguous || answer == answers.end()) continue;
      const Literal here = formula_.all_of({answer->second, effects_are(pair.second)});
      seen.push_back(here);
      if (is_broken(judged.verdict)) broken.push_back(here);
    }
    const Literal unseen = formula_.all_of(
        {formula_.any_of(std::move(any_answer)), -formula_.any_of(std::move(seen))});
    return {formula_.any_of({open_case(), unseen}), formula_.any_of(std::move(broken))};
  }

  /// The literal of a fault as it is now filed; 0: it cannot be chosen.
  Literal literal_of(const Fault& fault) const {
    const auto event = event_of_.find(fault.event);
    if (event == event_of_.end()) return 0;
    const std::vector<Kind>& kinds = composition_.events[event->second].kinds;
    for (uint32_t kind = 0; kind < kinds.size(); ++kind) {
      const std::vector<FaultMode>& modes = kinds[kind].modes;
      if (std::find(modes.begin(), modes.end(), fault.mode) != modes.end()) {
        return failed_[event->second][kind];
      }
    }
    return 0;
  }

  /// {} where one of the faults cannot be chosen: no choice contains all of them.
  std::optional<std::vector<Literal>> literals_of(const FaultSet& faults) const {
    std::vector<Literal> literals;
    for (const Fault& fault : faults) {
      const Literal literal = literal_of(fault);
      if (literal == 0) return std::nullopt;
      literals.push_back(literal);
    }
    return literals;
  }

  void block_answered_runs() {
    for (const RunView& run : model_.runs()) {
      const auto fired = literals_of(run.fired);
      if (!fired) continue;
      std::vector<Literal> clause;
      for (const Literal literal : *fired) clause.push_back(-literal);
      for (const std::string& event : run.delivered) {
        const auto found = event_of_.find(event);
        if (found == event_of_.end()) continue;
        const std::vector<Literal>& kinds = failed_[found->second];
        clause.insert(clause.end(), kinds.begin(), kinds.end());
      }
      formula_.require_any(clause);
    }
  }

  void block_violated() {
    for (const FaultSet& faults : state_.violated) {
      const auto literals = literals_of(faults);
      if (!literals) continue;
      std::vector<Literal> clause;
      for (const Literal literal : *literals) clause.push_back(-literal);
      formula_.require_any(clause);
    }
  }

  void block_planned() {
    for (const FaultSet& faults : state_.planned) {
      const auto literals = literals_of(faults);
      if (!literals) continue;
      std::vector<Literal> clause;
      for (const Literal choice : choice_literals_) {
        const bool in_plan =
            std::find(literals->begin(), literals->end(), choice) != literals->end();
        clause.push_back(in_plan ? -choice : choice);
      }
      formula_.require_any(clause);
    }
  }

  Proposal proposal(const std::vector<size_t>& chosen) const {
    std::map<Fault, std::vector<FaultMode>> kinds;
    std::vector<Fault> faults;
    for (const size_t index : chosen) {
      const Choice& choice = choices_[index];
      const Fault fault{composition_.events[choice.event].event, choice.modes.front()};
      kinds[fault] = choice.modes;
      faults.push_back(fault);
    }
    Proposal proposal;
    proposal.faults = make_fault_set(std::move(faults));
    for (const Fault& fault : proposal.faults)
      proposal.alternatives.push_back(kinds[fault]);
    const Prediction predicted = predict(model_, proposal.faults);
    if (!predicted.known()) {
      proposal.reason = "not known: " + predicted.unknown;
    } else if (!predicted.judged || predicted.judged->ambiguous) {
      proposal.reason = "not seen before: this answer with these effects";
    } else {
      proposal.reason =
          "predicted: " + std::string(verdict_name(predicted.judged->verdict));
      proposal.predicted_broken = is_broken(predicted.judged->verdict);
    }
    return proposal;
  }

  const Model& model_;
  const QueryState& state_;
  Composition composition_;
  SatSolver solver_;
  Formula formula_;
  std::vector<Choice> choices_;
  std::vector<Literal> choice_literals_;
  std::map<std::string, uint32_t> event_of_;
  std::vector<std::vector<Literal>> failed_;
  std::vector<Literal> node_;
  std::map<std::pair<int, int>, std::vector<Literal>> counters_;
};

}  // namespace

Result<QueryAnswer> next_experiment(const Model& model, const Candidates& candidates,
                                    const QueryState& state) {
  CUTSET_ASSIGN(Composition composition, compose(model, candidates));
  return Query(model, state, std::move(composition)).answer();
}

}  // namespace cutset::campaign
