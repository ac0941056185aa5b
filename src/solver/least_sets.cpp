#include "solver/least_sets.h"

#include <algorithm>

namespace cutset::solver {

LeastSets::LeastSets(const FaultGraph& graph, const SearchOptions& options,
                     const std::vector<uint8_t>& kinds)
    : options_(options), graph_(graph) {
  Kernel kernel = kernel_of(graph.dag, kinds);
  smaller_.dag = std::move(kernel.dag);
  smaller_.faults = graph.faults;
  options_.conjuncts.kernel_gain = ConjunctLimits::kNoKernel;
  options_.least_only = true;
  first_.assign(size_t{graph.dag.fault_count()} + 2, 0);
  for (const Dominated& each : kernel.dominated) ++first_[each.by + size_t{2}];
  for (size_t i = 2; i < first_.size(); ++i) first_[i] += first_[i - 1];
  dominated_.resize(kernel.dominated.size());
  for (const Dominated& each : kernel.dominated)
    dominated_[first_[each.by + size_t{1}]++] = each.fault;
}

bool LeastSets::note(const std::vector<FaultId>& set) {
  if (!known_.insert(set).second) return false;
  open_.push_back({set, 0, 0});
  return true;
}

LeastSets::Answer LeastSets::next_of_kernel(std::vector<FaultId>& set) {
  if (!search_) search_.emplace(smaller_, options_);
  while (!kernel_done_) {
    std::optional<FoundSet> found = search_->next();
    if (!found && search_->ending() == Ending::kStopped) return Answer::kStopped;
    if (found && size_ == kUnlimited) {
      size_ = static_cast<uint32_t>(found->faults.size());
    }
    if (!found) {
      kernel_done_ = true;
    } else if (note(found->faults)) {
      set = std::move(found->faults);
      return Answer::kFound;
    }
  }
  return Answer::kNoneLeft;
}

LeastSets::Answer LeastSets::next_cut(std::vector<FaultId>& set) {
  constexpr uint64_t kAskEvery = 16;
  while (!open_.empty()) {
    Open& top = open_.front();
    if (top.position == top.set.size()) {
      open_.pop_front();
      continue;
    }
    const FaultId fault = top.set[top.position];
    if (top.choice == first_[fault + size_t{1}] - first_[fault]) {
      ++top.position;
      top.choice = 0;
      continue;
    }
    if (++asked_ % kAskEvery == 0 && options_.stop && options_.stop()) {
      return Answer::kStopped;
    }
    std::vector<FaultId> other = top.set;
    other[top.position] = dominated_[first_[fault] + top.choice++];
    std::sort(other.begin(), other.end());
    const bool twice = std::adjacent_find(other.begin(), other.end()) != other.end();
    if (twice || known_.count(other) != 0) continue;
    // Not cuts(): what was learned may break the paths between sets that still cut.
    if (!evaluator_) evaluator_.emplace(graph_.dag);
    if (!evaluator_->cut_before(other)) continue;
    note(other);
    set = std::move(other);
    return Answer::kFound;
  }
  return next_of_kernel(set);
}

LeastSets::Answer LeastSets::next(std::vector<FaultId>& set) {
  Answer answer = Answer::kFound;
  do {
    answer = next_cut(set);
  } while (answer == Answer::kFound && evaluator_ && !cuts(set));
  return answer;
}

void LeastSets::learn(Child goal, std::vector<Child> premises) {
  if (!evaluator_) evaluator_.emplace(graph_.dag);
  evaluator_->add(goal, std::move(premises));
}

bool LeastSets::cuts(const std::vector<FaultId>& set) {
  if (!evaluator_) evaluator_.emplace(graph_.dag);
  return evaluator_->cuts(set);
}

}  // namespace cutset::solver
