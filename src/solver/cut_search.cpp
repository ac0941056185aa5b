#include "solver/cut_search.h"

#include <algorithm>

#include "solver/search_parts.h"

namespace cutset::solver {

CutSearch::CutSearch(const FaultGraph& graph, SearchOptions options)
    : parts_(std::make_unique<Parts>(graph, std::move(options))) {}
CutSearch::~CutSearch() = default;

Status CutSearch::check() const {
  return parts_->check();
}
std::optional<FoundSet> CutSearch::next() {
  return parts_->next();
}
Ending CutSearch::ending() const {
  return parts_->ending();
}
SetCount CutSearch::count() {
  return parts_->count();
}
void CutSearch::learn(Child goal, const std::vector<Child>& premises) {
  parts_->learn(goal, premises);
}
void CutSearch::block(std::vector<FaultId> violated) {
  std::sort(violated.begin(), violated.end());
  parts_->block(violated);
}
const SearchStats& CutSearch::stats() const {
  return parts_->stats();
}

}  // namespace cutset::solver
