// CutSearch::count(): what decision diagrams tell without a walk through the sets, and an
// enumeration of the rest.
#include <algorithm>

#include "solver/saturating.h"
#include "solver/search_engine.h"

namespace cutset::solver {

namespace {

void add(SetCount& total, const SetCount& part, uint64_t times) {
  if (total.by_size.size() < part.by_size.size())
    total.by_size.resize(part.by_size.size(), 0);
  for (size_t size = 0; size < part.by_size.size(); ++size) {
    total.by_size[size] =
        saturated_sum(total.by_size[size], saturated_product(part.by_size[size], times));
  }
  total.sets = saturated_sum(total.sets, saturated_product(part.sets, times));
  total.at_least = total.at_least || part.at_least || total.sets == kMostCount;
}

}  // namespace

SetCount CutSearch::Engine::count() const {
  Engine other(graph_, options_);
  other.options_.wanted = 0;
  SetCount total = other.take_counted();
  while (const std::optional<FoundSet> found = other.next()) {
    const size_t size = found->faults.size();
    if (size == 0) total = SetCount();  // it is inside every other set
    SetCount one;
    one.sets = 1;
    one.by_size.assign(size + 1, 0);
    one.by_size[size] = 1;
    add(total, one, 1);
  }
  total.at_least = total.at_least || other.ending() != Ending::kComplete;
  return total;
}

/// Counts the instances that a diagram can count, and takes them out of the search.
SetCount CutSearch::Engine::take_counted() {
  start();
  SetCount total;
  if (least_sets_ || options_.least_only) return total;
  std::vector<uint64_t> alone(classes_.size(), 0);  // by class: instances
  std::vector<uint8_t> is_alone;                    // by instance
  for (const Instance& instance : instances_) {
    is_alone.push_back(is_apart(instance) ? 1 : 0);
    alone[instance.cone_class] += is_alone.back();
  }
  std::vector<uint8_t> is_counted(classes_.size(), 0);
  for (size_t i = 0; i < classes_.size(); ++i) {
    SetCount of_class;
    if (alone[i] == 0 || !classes_[i]->count(of_class)) continue;
    is_counted[i] = 1;
    add(total, of_class, alone[i]);
  }
  // The empty set is inside all others, those of what is enumerated as well.
  if (!total.by_size.empty() && total.by_size[0] != 0) return SetCount();
  std::vector<Instance> rest;
  for (size_t i = 0; i < instances_.size(); ++i) {
    const uint32_t its_class = instances_[i].cone_class;
    if (is_alone[i] == 0 || is_counted[its_class] == 0) {
      rest.push_back(std::move(instances_[i]));
    } else if (--users_[its_class] == 0) {
      classes_[its_class].reset();
    }
  }
  instances_ = std::move(rest);
  return total;
}

/// No fault of its sets is in the sets of another instance: all of them are given, and
/// none stands in the way of another.
bool CutSearch::Engine::is_apart(const Instance& instance) const {
  const std::span<const FaultId> faults = faults_of(instance);
  const std::vector<std::vector<FaultId>>& groups =
      classes_[instance.cone_class]->members();
  return std::all_of(groups.begin(), groups.end(), [&](const auto& members) {
    return std::none_of(members.begin(), members.end(),
                        [&](FaultId slot) { return given_.is_shared(faults[slot]); });
  });
}

}  // namespace cutset::solver
