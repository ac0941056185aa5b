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

/// A trie of sets (Savnik 2013): a query walks only along faults that it contains.
class SetIndex {
 public:
  void add(const FaultSet& set);
  void remove(const FaultSet& set);
  bool has(const FaultSet& set) const;
  /// Some set is contained in `set` (or equal to it).
  bool has_part_of(const FaultSet& set) const;
  bool empty() const { return count_ == 0; }

 private:
  using Node = uint32_t;
  static constexpr Node kNone = 0xffff'ffff;

  Node after(Node node, FaultId fault) const;
  Node find(const FaultSet& set) const;

  std::vector<bool> is_set_ = {false};        // by node: a set ends here; 0 is the root
  std::vector<bool> is_leaf_ = {true};        // by node: nothing goes on here
  std::unordered_map<uint64_t, Node> after_;  // by node and fault; never iterated
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
  bool is_shared(FaultId fault) const { return shared_[fault] != 0; }

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
