#include "campaign/query.h"

#include <map>

#include "solver/cut_search.h"

namespace cutset::campaign {

namespace {

Proposal proposal_of(const std::vector<solver::FaultId>& cut, const Model& model,
                     const Composition& composition, const QueryFaults& choice) {
  std::map<Fault, std::vector<identity::FaultMode>> kinds;
  std::vector<Fault> faults;
  for (const solver::FaultId id : cut) {
    const KindFault& chosen = choice.list()[id];
    const Fault fault{composition.events[chosen.event].event, chosen.modes.front()};
    kinds[fault] = chosen.modes;
    faults.push_back(fault);
  }
  Proposal proposal;
  proposal.faults = make_fault_set(std::move(faults));
  for (const Fault& fault : proposal.faults)
    proposal.alternatives.push_back(kinds[fault]);
  const Prediction predicted = predict(model, proposal.faults);
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

}  // namespace

Result<QueryAnswer> next_experiment(const Model& model, const Candidates& candidates,
                                    const QueryState& state,
                                    const std::function<bool()>& stop) {
  CUTSET_ASSIGN(const Composition composition, compose(model, candidates));
  const QueryFaults faults(model, composition);
  QueryAnswer answer;
  answer.graph = query_graph(model, composition, faults, state);
  solver::SearchOptions options;
  options.budget.total = static_cast<uint32_t>(state.budget);
  options.order = solver::Order::kLikeliestFault;
  options.wanted = 1;
  options.stop = stop;
  solver::CutSearch search(answer.graph, options);
  if (const std::optional<solver::FoundSet> found = search.next()) {
    answer.proposal = proposal_of(found->faults, model, composition, faults);
  } else if (search.ending() == solver::Ending::kStopped) {
    return Error::interrupted("stopped by the user");
  }
  return answer;
}

}  // namespace cutset::campaign
