#include "solver/search_parts.h"

#include <algorithm>

#include "solver/masking.h"
#include "solver/passes.h"

namespace cutset::solver {

namespace {

/// What two searches did, one after the other.
void add(SearchStats& sum, const SearchStats& more) {
  sum.passes.insert(sum.passes.end(), more.passes.begin(), more.passes.end());
  sum.by_diagram += more.by_diagram;
  sum.by_sat += more.by_sat;
  sum.diagram_nodes += more.diagram_nodes;
  sum.variables += more.variables;
  sum.clauses += more.clauses;
  sum.sat_calls += more.sat_calls;
  sum.conflicts += more.conflicts;
  sum.diagram_seconds += more.diagram_seconds;
  sum.sat_seconds += more.sat_seconds;
}

}  // namespace

CutSearch::Parts::Parts(const FaultGraph& graph, SearchOptions options)
    : graph_(graph),
      options_(std::move(options)),
      whole_(std::make_unique<Engine>(graph, options_)) {
  if (may_split()) whole_->pause_after_single_faults();
}

bool CutSearch::Parts::may_split() const {
  return !graph_.dag.has_conditions() && options_.budget.total > 1 &&
         options_.method != Method::kPlain && options_.method != Method::kBruteForce;
}

std::optional<FoundSet> CutSearch::Parts::next() {
  while (true) {
    std::optional<FoundSet> found = rest_ ? rest_->next() : whole_->next();
    if (found) {
      if (rest_) {
        given_.insert(found->faults);
      } else if (given_.count(found->faults) > 0) {
        continue;
      } else if (found->faults.size() == 1) {
        single_.push_back(found->faults.front());
      }
      return found;
    }
    if (rest_ || !whole_->paused()) return std::nullopt;
    if (!single_.empty() && !has_learned_) begin_rest();
  }
}

void CutSearch::Parts::begin_rest() {
  const double before = cpu_seconds();
  std::sort(single_.begin(), single_.end());
  rest_graph_ = without(graph_, single_);
  rest_ = std::make_unique<Engine>(rest_graph_, options_);
  rest_->end_with(*whole_);
  for (const FaultSet& violated : blocked_) rest_->block(violated);
  masking_ = {"without single faults", used_faults(rest_graph_.dag),
              rest_graph_.dag.gate_count(), rest_graph_.dag.edge_count(),
              cpu_seconds() - before};
}

void CutSearch::Parts::learn(Child goal, const std::vector<Child>& premises) {
  has_learned_ = true;
  whole_->learn(goal, premises);
  rest_.reset();
}

void CutSearch::Parts::block(const FaultSet& violated) {
  blocked_.push_back(violated);
  whole_->block(violated);
  if (rest_) rest_->block(violated);
}

const SearchStats& CutSearch::Parts::stats() {
  if (!rest_) return whole_->stats();
  stats_ = whole_->stats();
  stats_.passes.push_back(masking_);
  add(stats_, rest_->stats());
  return stats_;
}

}  // namespace cutset::solver
