// The sets of one size of one conjunct, lightest first: the sets of its class, with the
// conjunct's own faults in place of the class's, each group standing for any of its
// members.
//
// Exact order where the class has no more than `ahead` sets of the size; otherwise in
// blocks of so many, each in order.
//
// Thread rule: one owner.
#pragma once

#include <optional>
#include <queue>

#include "solver/cone_class.h"
#include "solver/fault_table.h"

namespace cutset::solver {

class InstanceStream {
 public:
  /// `faults`: by slot of the class, the conjunct's fault. All must outlive the stream.
  InstanceStream(ConeClass& cone_class, std::span<const FaultId> faults,
                 const FaultTable& table, uint32_t size, size_t ahead);

  /// Makes sure that the next set is known. kStopped: ask again or give up.
  Progress fill();
  /// Requires: fill() gave kFound.
  int64_t weight() const { return waiting_.top().weight; }
  FoundSet take();

  /// No set of `size` weighs less.
  static int64_t least_weight(const ConeClass& cone_class,
                              std::span<const FaultId> faults, const FaultTable& table,
                              uint32_t size);

 private:
  /// A set of the class with a member chosen for each group; those at and after `fixed`
  /// may still move on to heavier members.
  struct Choice {
    int64_t weight = 0;
    uint32_t set = 0;
    uint32_t movable = 0;
    std::vector<uint32_t> member;                // empty: all first
    bool operator<(const Choice& other) const {  // the heap gives the largest first
      return weight != other.weight ? weight > other.weight : set > other.set;
    }
  };
  struct Group {
    std::vector<FaultId> faults;  // lightest first
    std::vector<int64_t> weights;
  };

  void push(uint32_t set);
  void push_followers(const Choice& choice);

  ConeClass& class_;
  uint32_t size_;
  size_t ahead_;
  uint32_t next_set_ = 0;
  std::vector<Group> groups_;
  std::priority_queue<Choice> waiting_;
};

}  // namespace cutset::solver
