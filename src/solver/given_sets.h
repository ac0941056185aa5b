// Which sets were given, which are not wanted: a candidate is dropped if it was given
// before, if it contains a given set (it is not minimal, where conjuncts share faults),
// or if it contains a set that is blocked.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

using FaultSet = std::vector<FaultId>;  // ascending

bool contains(const FaultSet& set, const FaultSet& part);

/// Sets by their first fault: those inside another are found without looking at all.
class SetIndex {
 public:
  void add(const FaultSet& set);
  void remove(const FaultSet& set);
  bool has(const FaultSet& set) const;
  /// Some set is contained in `set` (or equal to it).
  bool has_part_of(const FaultSet& set) const;
  bool empty() const { return count_ == 0; }

 private:
  std::unordered_map<FaultId, std::vector<FaultSet>> by_first_;  // never iterated
  bool has_empty_ = false;
  size_t count_ = 0;
};

class GivenSets {
 public:
  enum class Verdict { kGive, kGivenBefore, kGivenAgain, kNotMinimal, kBlocked };

  explicit GivenSets(uint32_t faults) : met_(faults, 0), shared_(faults, 0) {}

  /// The fault stands below one more conjunct. Only sets of faults that stand below
  /// several can be inside the sets of another conjunct.
  void meet(FaultId fault) {
    shared_[fault] |= met_[fault];
    met_[fault] = 1;
  }
  /// From now on every fault may stand below several; `given`: all sets so far.
  void share_all(const std::vector<FaultSet>& given);
  bool all_shared() const { return all_shared_; }

  /// A set that was refuted and comes again (kGivenAgain) cuts for another reason: it
  /// counts as given.
  Verdict judge(const FaultSet& set);
  void give(const FaultSet& set);
  /// It was given, but does not cut any more.
  void refute(const FaultSet& set);
  void block(const FaultSet& violated) { blocked_.add(violated); }

 private:
  std::vector<uint8_t> met_;
  std::vector<uint8_t> shared_;
  bool all_shared_ = false;
  SetIndex given_;  // of shared faults only
  SetIndex blocked_;
  SetIndex refuted_;  // were given: not again
};

}  // namespace cutset::solver
