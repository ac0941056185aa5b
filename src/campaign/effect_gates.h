// "The effects of the run are exactly these", and that they are not, as gates: how often
// each operation was executed is counted in unary, as far as any run has shown it.
//
// Size: for each effect (places where it is executed) x (most often seen + 1) gates, in
// both polarities. Thread rule: one owner.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "campaign/composition.h"
#include "campaign/model.h"
#include "solver/derivation_gates.h"

namespace cutset::campaign {

class EffectGates {
 public:
  EffectGates(const Model& model, const Composition& composition,
              solver::DerivationGates& gates, solver::DagBuilder& builder);

  solver::Child are(const Effects& effects);
  solver::Child are_not(const Effects& effects);

 private:
  /// [i]: i + 1 times and more; fewer than that.
  struct Counter {
    std::vector<solver::Child> at_least;
    std::vector<solver::Child> fewer;
  };
  static size_t count(const Effects& effects, const std::pair<int, int>& effect);
  bool counts_all(const Effects& effects) const;
  void add(Counter& counter, solver::Child executed, solver::Child not_executed);

  solver::DagBuilder& builder_;
  std::map<std::pair<int, int>, Counter> counters_;  // by effect
};

}  // namespace cutset::campaign
