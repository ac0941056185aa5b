// Does a set of faults cut the graph with what was learned on top? The graph's own
// evaluator, with goals forced to hold where an alternative that they got later does.
//
// Cost of cuts(): the edges above what changes, times the alternatives that begin to hold
// one after the other. Thread rule: one owner; the graph must outlive it.
#pragma once

#include "solver/dag_evaluator.h"

namespace cutset::solver {

class ForcedEvaluator {
 public:
  explicit ForcedEvaluator(const Dag& dag) : parents_(dag), evaluator_(dag, parents_) {}

  /// `goal` also holds if all `premises` do.
  void add(Child goal, std::vector<Child> premises) {
    alternatives_.push_back({goal, std::move(premises)});
  }
  /// Does the root fail under exactly `set`?
  bool cuts(std::span<const FaultId> set);
  /// The same for the graph as it was, without the alternatives.
  bool cut_before(std::span<const FaultId> set) { return evaluator_.cuts(set); }

 private:
  struct Alternative {
    Child goal;
    std::vector<Child> premises;
  };

  Parents parents_;
  DagEvaluator evaluator_;
  std::vector<Alternative> alternatives_;
};

}  // namespace cutset::solver
