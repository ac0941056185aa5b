// The minimal cut sets of a part, computed from the graph alone: what a part that is
// "recomputed" is compared with (docs/certificates.md).
//
// Thread rule: one owner.
#pragma once

#include "verifier/cone.h"
#include "verifier/part_formula.h"
#include "verifier/set_families.h"

namespace cutset::verifier {

class RecomputedCuts {
 public:
  /// Of the conjunction of the cone's roots, within the budget. All but `cone` must
  /// outlive it. Requires: why_not_recomputed(cone) is nothing.
  RecomputedCuts(const Graph& graph, const Budget& budget, const Cone& cone,
                 size_t most_nodes, const std::function<bool()>& stop);

  /// More nodes or steps than allowed, or stopped: the sets are not known.
  bool gave_up() const { return families_.gave_up(); }
  size_t nodes() const { return families_.nodes(); }
  /// Gives each as slots, ascending, until `visit` returns false. Sets beyond the limit
  /// of a kind are among them.
  bool for_each(const SetFamilies::Visit& visit) const {
    return families_.for_each(all_, visit);
  }

 private:
  SetFamilies::Family gate(const Cone& cone, uint32_t gate,
                           const std::vector<SetFamilies::Family>& of_gate);
  SetFamilies::Family combined(bool is_union);

  SetFamilies families_;
  std::vector<SetFamilies::Family> of_slot_;
  std::vector<SetFamilies::Family> parts_;  // of the gate at hand
  SetFamilies::Family all_ = SetFamilies::kNone;
};

/// Nothing, or why the cut sets of the cone cannot be recomputed.
std::optional<std::string> why_not_recomputed(const Cone& cone);

}  // namespace cutset::verifier
