// Compares the minimal cut sets that were computed of a part with the listed ones.
//
// What the part cuts, the graph cuts: a listed set among them cuts. It is minimal in the
// graph too, unless a set of another part is inside of it. A computed set that is not
// listed is not minimal in the graph, or was violated: some listed set is inside of it.
// Thread rule: one owner.
#pragma once

#include <optional>
#include <vector>

#include "verifier/listed_sets.h"
#include "verifier/recomputed_cuts.h"

namespace cutset::verifier {

class SetComparison {
 public:
  /// All must outlive it; `stop` may be empty.
  SetComparison(const Graph& graph, const Budget& budget, ListedSets& sets,
                const std::function<bool()>& stop)
      : graph_(graph), budget_(budget), sets_(sets), stop_(stop) {}

  /// Marks the listed sets that are shown to be minimal cut sets. Returns one that should
  /// have been listed, or any when `stop` says so. `slot_of`: by fault, of the faults of
  /// `cone`, which may be another one than that of `cuts` if it differs in the names of
  /// faults only. Cost: linear in the sets, but for those that lie within others.
  std::optional<std::vector<uint32_t>> first_not_listed(
      const RecomputedCuts& cuts, const Cone& cone, const std::vector<uint32_t>& slot_of);

 private:
  bool look_up();
  void find_strangers(const Cone& cone, const std::vector<uint32_t>& slot_of);
  bool contains_stranger(std::span<const uint32_t> set,
                         const std::vector<uint32_t>& slot_of) const;

  const Graph& graph_;
  const Budget& budget_;
  ListedSets& sets_;
  const std::function<bool()>& stop_;
  uint64_t looked_up_ = 0;

  // Of the last comparison.
  std::vector<uint32_t> named_;     // the computed set at hand
  std::vector<uint32_t> listed_;    // computed sets that are
  std::vector<uint32_t> unlisted_;  // those that are not: size, faults, size, faults, ...
  // Listed sets within the cone that were not computed, by slot of the first fault.
  std::vector<std::vector<uint32_t>> strangers_;
  bool has_strangers_ = false;
};

}  // namespace cutset::verifier
