#include "dedalus/grounding/goal_maker.h"

#include <algorithm>

namespace cutset::dedalus {

GoalMaker::GoalMaker(uint32_t fault_count) {
  model_.fault_count = fault_count;
}

bool GoalMaker::tidy(Premises& premises) {
  std::sort(premises.begin(), premises.end());
  premises.erase(std::unique(premises.begin(), premises.end()), premises.end());
  while (!premises.empty() && premises.back() >= kTrue) {  // constants sort last
    if (premises.back() == kFalse) return false;
    premises.pop_back();
  }
  for (size_t i = 1; i < premises.size(); ++i) {
    if (premises[i] == negation(premises[i - 1])) return false;
  }
  return true;
}

Literal GoalMaker::any_of(std::vector<Premises> firings) {
  firings.erase(std::remove_if(firings.begin(), firings.end(),
                               [](Premises& premises) { return !tidy(premises); }),
                firings.end());
  std::sort(firings.begin(), firings.end());
  firings.erase(std::unique(firings.begin(), firings.end()), firings.end());
  if (firings.empty()) return kFalse;
  if (firings.front().empty()) return kTrue;
  // A firing that needs more than one of a single premise adds nothing.
  Premises alone;
  for (const Premises& premises : firings) {
    if (premises.size() == 1) alone.push_back(premises.front());
  }
  for (size_t i = 1; i < alone.size(); ++i) {
    if (alone[i] == negation(alone[i - 1])) return kTrue;
  }
  if (!alone.empty()) {
    const auto has_alone = [&alone](const Premises& premises) {
      return premises.size() > 1 &&
             std::any_of(premises.begin(), premises.end(), [&alone](Literal literal) {
               return std::binary_search(alone.begin(), alone.end(), literal);
             });
    };
    firings.erase(std::remove_if(firings.begin(), firings.end(), has_alone),
                  firings.end());
  }
  if (firings.size() == 1 && firings.front().size() == 1) return firings.front().front();

  size_t hash = firings.size();
  for (const Premises& premises : firings) {
    hash = hash * 0x9e3779b97f4a7c15ULL + premises.size();
    for (const Literal literal : premises) {
      hash = (hash ^ literal) * 0x100000001b3ULL;
      hash ^= hash >> 29;
    }
  }
  const auto [begin, end] = known_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (equals(it->second, firings)) return 2 * (model_.fault_count + it->second);
  }
  const uint32_t goal = model_.goal_count();
  for (const Premises& premises : firings) {
    model_.premises.insert(model_.premises.end(), premises.begin(), premises.end());
    model_.first_premise.push_back(static_cast<uint32_t>(model_.premises.size()));
  }
  model_.first_firing.push_back(model_.firing_count());
  known_.emplace(hash, goal);
  return 2 * (model_.fault_count + goal);
}

Literal GoalMaker::all_of(Premises premises) {
  return any_of({std::move(premises)});
}

Literal GoalMaker::either(const std::vector<Literal>& literals) {
  std::vector<Premises> firings;
  firings.reserve(literals.size());
  for (const Literal literal : literals) firings.push_back({literal});
  return any_of(std::move(firings));
}

bool GoalMaker::equals(uint32_t goal, const std::vector<Premises>& firings) const {
  const uint32_t first = model_.first_firing[goal];
  if (model_.first_firing[goal + 1] - first != firings.size()) return false;
  for (size_t i = 0; i < firings.size(); ++i) {
    const uint32_t begin = model_.first_premise[first + i];
    const uint32_t end = model_.first_premise[first + i + 1];
    if (!std::equal(firings[i].begin(), firings[i].end(), model_.premises.begin() + begin,
                    model_.premises.begin() + end)) {
      return false;
    }
  }
  return true;
}

}  // namespace cutset::dedalus
