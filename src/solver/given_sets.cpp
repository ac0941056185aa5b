#include "solver/given_sets.h"

#include <algorithm>

namespace cutset::solver {

bool contains(const FaultSet& set, const FaultSet& part) {
  return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

SetIndex::Node SetIndex::after(Node node, FaultId fault) const {
  const auto found = after_.find(uint64_t{node} << 32 | fault);
  return found == after_.end() ? kNone : found->second;
}

SetIndex::Node SetIndex::find(const FaultSet& set) const {
  Node node = 0;
  for (const FaultId fault : set) {
    node = after(node, fault);
    if (node == kNone) break;
  }
  return node;
}

void SetIndex::add(const FaultSet& set) {
  Node node = 0;
  for (const FaultId fault : set) {
    const auto next = static_cast<Node>(is_set_.size());
    const auto [entry, is_new] = after_.try_emplace(uint64_t{node} << 32 | fault, next);
    if (is_new) {
      is_leaf_[node] = false;
      is_set_.push_back(false);
      is_leaf_.push_back(true);
    }
    node = entry->second;
  }
  count_ += is_set_[node] ? 0 : 1;
  is_set_[node] = true;
}

void SetIndex::remove(const FaultSet& set) {
  const Node node = find(set);
  if (node == kNone || !is_set_[node]) return;
  is_set_[node] = false;
  --count_;
}

bool SetIndex::has(const FaultSet& set) const {
  const Node node = find(set);
  return node != kNone && is_set_[node];
}

bool SetIndex::has_part_of(const FaultSet& set) const {
  if (count_ == 0) return false;
  struct Step {
    Node node;
    size_t next;  // position in the set
  };
  std::vector<Step> steps{{0, 0}};
  while (!steps.empty()) {
    const Step here = steps.back();
    steps.pop_back();
    if (is_set_[here.node]) return true;
    if (is_leaf_[here.node]) continue;
    for (size_t i = here.next; i < set.size(); ++i) {
      if (const Node next = after(here.node, set[i]); next != kNone)
        steps.push_back({next, i + 1});
    }
  }
  return false;
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
