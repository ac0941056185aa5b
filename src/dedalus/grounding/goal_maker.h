// Makes the goals of a derivation model, smallest first: constants folded, what one
// literal decides is that literal, equal goals are one.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "campaign/lineage_experimenter.h"

namespace cutset::dedalus {

using Literal = campaign::DerivationModel::Literal;
inline constexpr Literal kTrue = campaign::DerivationModel::kTrue;
inline constexpr Literal kFalse = campaign::DerivationModel::kFalse;
constexpr Literal negation(Literal literal) {
  return campaign::DerivationModel::negation(literal);
}

/// Premises of one firing: all must hold.
using Premises = std::vector<Literal>;

class GoalMaker {
 public:
  explicit GoalMaker(uint32_t fault_count);

  /// The fault is active.
  static Literal fault(uint32_t fault) { return 2 * fault; }

  /// Sorts; false: they cannot hold together.
  static bool tidy(Premises& premises);
  /// What holds if one of the firings has all its premises. Requires: literals are
  /// constants or what this maker returned.
  Literal any_of(std::vector<Premises> firings);
  Literal all_of(Premises premises);
  Literal either(const std::vector<Literal>& literals);

  const campaign::DerivationModel& model() const { return model_; }
  campaign::DerivationModel take() { return std::move(model_); }

 private:
  bool equals(uint32_t goal, const std::vector<Premises>& firings) const;

  campaign::DerivationModel model_;
  std::unordered_multimap<size_t, uint32_t> known_;  // by hash; looked up, never iterated
};

}  // namespace cutset::dedalus
