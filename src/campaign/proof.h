// The end of a campaign as something that anyone can check (DESIGN, "certificate"): the
// last question as a graph (query_graph.h) and the proof that it has no cut set within
// the budget but supersets of the violated ones. What the runs showed are its axioms,
// named as the journal names them.
//
// Thread rule: pure function; `stop` is called from the calling thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/finding.h"
#include "campaign/proof_files.h"
#include "campaign/query.h"

namespace cutset::campaign {

/// Writes both files into `folder`. Requires: the query has no answer.
/// Error: interrupted, if `stop` said so; a file cannot be written.
Result<Proof> write_proof(const Model& model, const Candidates& candidates,
                          const QueryState& state, const std::vector<Finding>& findings,
                          const std::vector<std::string>& assumptions,
                          const std::function<bool()>& stop, const std::string& folder);

}  // namespace cutset::campaign
