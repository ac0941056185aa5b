#include "base/check.h"
#include "campaign/lineage_experimenter.h"

namespace cutset::campaign {

namespace {

constexpr bool is_constant(DerivationModel::Literal literal) {
  return literal >= DerivationModel::kTrue;
}

}  // namespace

void DerivationModel::check_invariants() const {
  CHECK(first_firing.front() == 0 && first_firing.back() == firing_count());
  CHECK(first_premise.front() == 0 && first_premise.back() == premises.size());
  for (uint32_t goal = 0; goal < goal_count(); ++goal) {
    CHECK(first_firing[goal] <= first_firing[goal + 1]);
    for (uint32_t firing = first_firing[goal]; firing < first_firing[goal + 1];
         ++firing) {
      CHECK(first_premise[firing] <= first_premise[firing + 1]);
      for (uint32_t i = first_premise[firing]; i < first_premise[firing + 1]; ++i) {
        CHECK(!is_constant(premises[i]) && premises[i] / 2 < fault_count + goal);
      }
    }
  }
  for (const Outcome& outcome : outcomes) {
    for (const Literal literal : {outcome.post, outcome.pre}) {
      CHECK(is_constant(literal) || literal / 2 < fault_count + goal_count());
    }
  }
}

std::vector<bool> DerivationModel::holds(const FaultNumbers& active) const {
  std::vector<bool> atom(size_t{fault_count} + goal_count(), false);
  for (const uint32_t fault : active) atom[fault] = true;
  const auto value = [&atom](Literal literal) {
    if (is_constant(literal)) return literal == kTrue;
    return atom[literal / 2] != ((literal & 1) != 0);
  };
  for (uint32_t goal = 0; goal < goal_count(); ++goal) {
    bool goal_holds = false;
    for (uint32_t firing = first_firing[goal];
         firing < first_firing[goal + 1] && !goal_holds; ++firing) {
      goal_holds = true;
      for (uint32_t i = first_premise[firing];
           i < first_premise[firing + 1] && goal_holds; ++i) {
        goal_holds = value(premises[i]);
      }
    }
    atom[fault_count + goal] = goal_holds;
  }
  std::vector<bool> result;
  for (const Outcome& outcome : outcomes) {
    result.push_back(value(outcome.post) || !value(outcome.pre));
  }
  return result;
}

}  // namespace cutset::campaign
