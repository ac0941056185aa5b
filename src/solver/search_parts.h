// What is behind CutSearch: the search of the graph, and behind its single faults the
// search of what is left without them (masking.h).
//
// Where the graph has no conditions, a fault that cuts alone is in no larger minimal set,
// but conjuncts that share it would each list sets with it, to be dropped again. So after
// the single faults an engine of its own goes on with the graph in which they never
// happen. When something is learned, that ends for good: the engine of the whole graph
// goes on behind the single faults, and what was given already is left out.
//
// Thread rule: one owner.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "solver/search_engine.h"

namespace cutset::solver {

class CutSearch::Parts {
 public:
  Parts(const FaultGraph& graph, SearchOptions options);

  Status check() const { return whole_->check(); }
  std::optional<FoundSet> next();
  Ending ending() const { return rest_ ? rest_->ending() : whole_->ending(); }
  SetCount count() const { return whole_->count(); }
  void learn(Child goal, const std::vector<Child>& premises);
  void block(const FaultSet& violated);
  const SearchStats& stats();

 private:
  bool may_split() const;
  void begin_rest();

  const FaultGraph& graph_;
  SearchOptions options_;
  std::unique_ptr<Engine> whole_;
  FaultGraph rest_graph_;         // of rest_, which refers to it
  std::unique_ptr<Engine> rest_;  // null: whole_ goes on
  std::vector<FaultId> single_;   // given
  std::vector<FaultSet> blocked_;
  std::set<FaultSet> given_;  // by rest_
  bool has_learned_ = false;
  PassStats masking_;
  SearchStats stats_;
};

}  // namespace cutset::solver
