// The next experiment (calls.md 5.2, "The query"): the smallest fault set within the
// budget whose predicted run reaches an unknown case or an unseen (answer, effects), or
// is predicted to violate and has not been confirmed. It is the first minimal cut set of
// the graph of query_graph.h.
//
// Guarantees: nothing that a run has already answered is proposed (calls.md 5.1), no
// superset of a violated set, no plan twice. Smallest first; among equals what is unknown
// before what is predicted, then the call that is made latest first, then the order of
// the modes. When there is no proposal, every fault set within the budget is answered or
// contains a violated one.
//
// Thread rule: pure function of its arguments; `stop` is called from the calling thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/composition.h"
#include "campaign/prediction.h"
#include "campaign/query_graph.h"

namespace cutset::campaign {

struct Proposal {
  FaultSet faults;
  std::vector<std::vector<identity::FaultMode>>
      alternatives;  // for each fault its whole kind, itself first
  std::string reason;
  bool predicted_broken = false;  // by composition alone
};

struct QueryAnswer {
  std::optional<Proposal> proposal;
  solver::FaultGraph
      graph;  // the question: without a proposal it has no cut set in the budget
};

/// Error: interrupted, if `stop` (may be empty) said so; internal, if the graph is too
/// large.
Result<QueryAnswer> next_experiment(const Model& model, const Candidates& candidates,
                                    const QueryState& state,
                                    const std::function<bool()>& stop = {});

}  // namespace cutset::campaign
