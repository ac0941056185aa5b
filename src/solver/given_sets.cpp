#include "solver/given_sets.h"

#include <algorithm>

namespace cutset::solver {

bool contains(const FaultSet& set, const FaultSet& part) {
  return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

void SetIndex::add(const FaultSet& set) {
  ++count_;
  if (set.empty()) {
    has_empty_ = true;
  } else {
    by_first_[set.front()].push_back(set);
  }
}

void SetIndex::remove(const FaultSet& set) {
  if (set.empty()) {
    count_ -= has_empty_ ? 1 : 0;
    has_empty_ = false;
    return;
  }
  const auto found = by_first_.find(set.front());
  if (found == by_first_.end()) return;
  std::vector<FaultSet>& sets = found->second;
  const auto here = std::find(sets.begin(), sets.end(), set);
  if (here == sets.end()) return;
  sets.erase(here);
  --count_;
}

bool SetIndex::has(const FaultSet& set) const {
  if (set.empty()) return has_empty_;
  const auto found = by_first_.find(set.front());
  return found != by_first_.end() && std::find(found->second.begin(), found->second.end(),
                                               set) != found->second.end();
}

bool SetIndex::has_part_of(const FaultSet& set) const {
  if (has_empty_) return true;
  if (count_ == 0) return false;
  return std::any_of(set.begin(), set.end(), [&](FaultId first) {
    const auto found = by_first_.find(first);
    return found != by_first_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&set](const FaultSet& part) { return contains(set, part); });
  });
}

GivenSets::Verdict GivenSets::judge(const FaultSet& set) {
  if (!blocked_.empty() && blocked_.has_part_of(set)) return Verdict::kBlocked;
  if (!refuted_.empty() && refuted_.has(set)) {
    refuted_.remove(set);
    given_.add(set);
    return Verdict::kGivenAgain;
  }
  if (given_.empty()) return Verdict::kGive;
  FaultSet of_shared;
  for (const FaultId fault : set) {
    if (shared_[fault] != 0) of_shared.push_back(fault);
  }
  if (of_shared.empty() && !set.empty() && !given_.has({})) return Verdict::kGive;
  if (of_shared.size() == set.size() && given_.has(set)) return Verdict::kGivenBefore;
  return given_.has_part_of(of_shared) ? Verdict::kNotMinimal : Verdict::kGive;
}

void GivenSets::share_all(const std::vector<FaultSet>& given) {
  all_shared_ = true;
  shared_.assign(shared_.size(), 1);
  given_ = SetIndex();
  for (const FaultSet& set : given) given_.add(set);
}

void GivenSets::give(const FaultSet& set) {
  const bool all_shared = std::all_of(
      set.begin(), set.end(), [this](FaultId fault) { return shared_[fault] != 0; });
  if (all_shared) given_.add(set);
}

void GivenSets::refute(const FaultSet& set) {
  if (refuted_.has(set)) return;
  given_.remove(set);
  refuted_.add(set);
}

}  // namespace cutset::solver
