// The smallest cut sets of a graph whose conjuncts overlap too much to be taken apart,
// all of one size: those of its kernel (passes.h), which is much smaller, and what comes
// from them by putting dominated faults in for the faults that dominate them. Complete:
// replacing one fault after the other by the fault that dominates it leads from each
// smallest set to one of the kernel over cut sets only.
//
// Alternatives may be learned at any time: they only make fewer sets cut, so that the
// smallest sets afterwards, if they have the same size, are among those from before.
//
// Only for graphs without conditions. Thread rule: one owner.
#pragma once

#include <deque>
#include <set>

#include "solver/cut_search.h"
#include "solver/forced_evaluator.h"
#include "solver/passes.h"

namespace cutset::solver {

class LeastSets {
 public:
  /// The kernel is made, nothing is solved yet. `graph` must outlive it; `kinds` by
  /// fault, empty if none is limited.
  LeastSets(const FaultGraph& graph, const SearchOptions& options,
            const std::vector<uint8_t>& kinds);

  const Dag& kernel() const { return smaller_.dag; }

  enum class Answer { kFound, kNoneLeft, kStopped };
  /// The next one, into `set` (ascending). Each is given once.
  Answer next(std::vector<FaultId>& set);
  /// How many faults they have. Requires: next() gave kFound.
  uint32_t size() const { return size_; }
  /// Requires: next() gave kNoneLeft. No set of any size is within the budget.
  bool no_set_at_all() const { return size_ == kUnlimited; }

  void learn(Child goal, std::vector<Child> premises);
  bool cuts(const std::vector<FaultId>& set);

 private:
  /// A set whose neighbours are being looked through.
  struct Open {
    std::vector<FaultId> set;
    size_t position = 0;  // in the set
    size_t choice = 0;    // of what is dominated by the fault there
  };

  Answer next_cut(std::vector<FaultId>& set);
  Answer next_of_kernel(std::vector<FaultId>& set);
  bool note(const std::vector<FaultId>& set);

  SearchOptions options_;
  const FaultGraph& graph_;
  FaultGraph smaller_;
  std::vector<uint32_t> first_;  // by fault, into dominated_; one more at the end
  std::vector<FaultId> dominated_;
  std::optional<CutSearch> search_;  // of the kernel
  std::optional<ForcedEvaluator> evaluator_;
  bool kernel_done_ = false;
  uint32_t size_ = kUnlimited;
  std::set<std::vector<FaultId>> known_;
  std::deque<Open> open_;
  uint64_t asked_ = 0;  // cuts() since the last question whether to stop
};

}  // namespace cutset::solver
