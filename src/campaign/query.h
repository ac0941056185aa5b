// The next experiment (calls.md 5.2, "The query"): the smallest fault set within the
// budget whose predicted run reaches an unknown case or an unseen (answer, effects), or
// is predicted to violate and has not been confirmed.
//
// Guarantees: nothing that a run has already answered is proposed (calls.md 5.1), no
// superset of a violated set, no plan twice. Smallest first; among equals the call that
// is made latest first, then the order of the modes. When there is no proposal, every
// fault set within the budget is answered or contains a violated one.
//
// Thread rule: pure function of its arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/composition.h"
#include "campaign/prediction.h"

namespace cutset::campaign {

struct Proposal {
  FaultSet faults;
  std::vector<std::vector<identity::FaultMode>>
      alternatives;  // for each fault its whole kind, itself first
  std::string reason;
  bool predicted_broken = false;  // by composition alone
};

struct QueryState {
  size_t budget = 2;
  bool compose = true;             // false: whole runs only (calls.md 5.1)
  std::vector<FaultSet> violated;  // block their supersets
  std::vector<FaultSet> planned;   // block themselves
};

struct QueryAnswer {
  std::optional<Proposal> proposal;
  size_t variables = 0;
  size_t clauses = 0;
  size_t graph_nodes = 0;
};

Result<QueryAnswer> next_experiment(const Model& model, const Candidates& candidates,
                                    const QueryState& state);

}  // namespace cutset::campaign
