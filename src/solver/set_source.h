// Where the minimal cut sets of one class of cones come from: sizes one after the other,
// the sets of a size as they are found. Sets are over the groups of the class's graph.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "solver/dag.h"
#include "solver/search_stats.h"

namespace cutset::solver {

using LocalSet = std::vector<FaultId>;  // groups, ascending

enum class Progress { kFound, kNoneLeft, kStopped };

class SetSource {
 public:
  virtual ~SetSource() = default;

  /// Finds one more set of `size`, or that there is none. Requires: every smaller size
  /// was asked for until kNoneLeft, unless lower_bound() excludes it.
  virtual Progress advance(uint32_t size) = 0;
  /// Those found, in the order in which they were.
  const std::vector<LocalSet>& sets(uint32_t size) {
    if (sets_.size() <= size) sets_.resize(size + size_t{1});
    return sets_[size];
  }
  /// No set is smaller.
  virtual uint32_t lower_bound() const { return 0; }
  /// Known: no minimal set is larger than `size`. Requires: kNoneLeft at `size`.
  virtual bool nothing_above(uint32_t size) = 0;

 protected:
  void found(LocalSet set) {
    const size_t size = set.size();
    if (sets_.size() <= size) sets_.resize(size + 1);
    sets_[size].push_back(std::move(set));
  }

 private:
  std::vector<std::vector<LocalSet>> sets_;  // by size
};

/// At most `most` active faults of those listed.
struct KindLimit {
  std::vector<FaultId> groups;
  uint32_t most = 0;
};

}  // namespace cutset::solver
