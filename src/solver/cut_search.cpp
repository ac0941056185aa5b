#include "solver/cut_search.h"

#include <algorithm>

#include "solver/search_engine.h"

namespace cutset::solver {

CutSearch::CutSearch(const FaultGraph& graph, SearchOptions options)
    : engine_(std::make_unique<Engine>(graph, std::move(options))) {}
CutSearch::~CutSearch() = default;

Status CutSearch::check() const {
  return engine_->check();
}
std::optional<FoundSet> CutSearch::next() {
  return engine_->next();
}
Ending CutSearch::ending() const {
  return engine_->ending();
}
SetCount CutSearch::count() {
  return engine_->count();
}
void CutSearch::learn(Child goal, const std::vector<Child>& premises) {
  engine_->learn(goal, premises);
}
void CutSearch::block(std::vector<FaultId> violated) {
  std::sort(violated.begin(), violated.end());
  engine_->block(violated);
}
const SearchStats& CutSearch::stats() const {
  return engine_->stats();
}

}  // namespace cutset::solver
