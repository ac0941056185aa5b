#include "campaign/nodes/node_random.h"

#include <set>

#include "base/check.h"
#include "campaign/nodes/node_sets.h"

namespace cutset::campaign::nodes {

ScheduleSampler::ScheduleSampler(const NodeSpace& space, uint64_t seed)
    : space_(space), faults_(space.faults()), random_(seed) {
  CHECK(!faults_.empty());
}

/// std::uniform_int_distribution differs between libraries.
size_t ScheduleSampler::below(size_t bound) {
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t drawn = random_();
  while (drawn >= limit) drawn = random_();
  return static_cast<size_t>(drawn % bound);
}

NodeSchedule ScheduleSampler::draw() {
  while (true) {
    std::vector<NodeFault> chosen(1 + below(space_.model().most_faults));
    for (NodeFault& fault : chosen) fault = faults_[below(faults_.size())];
    const std::vector<NodeSchedule> orders = orders_of(chosen);
    const NodeSchedule& order = orders[below(orders.size())];
    if (space_.admits(order)) return space_.canonical(order);
  }
}

bool for_each_schedule(const NodeSpace& space,
                       const std::function<bool(const NodeSchedule&)>& visit) {
  const std::vector<NodeFault> faults = space.faults();
  for (size_t size = 1; size <= space.model().most_faults; ++size) {
    std::set<NodeSchedule> seen;  // of this size
    std::vector<NodeFault> chosen;
    const std::function<bool(size_t)> choose = [&](size_t from) -> bool {
      if (chosen.size() == size) {
        for (const NodeSchedule& order : orders_of(chosen)) {
          NodeSchedule canonical = space.canonical(order);
          if (!space.admits(canonical)) continue;
          if (!seen.insert(canonical).second) continue;
          if (!visit(canonical)) return false;
        }
        return true;
      }
      for (size_t i = from; i < faults.size(); ++i) {
        bool fits = true;
        for (const NodeFault& other : chosen)
          fits = fits && space.admits(other, faults[i]);
        if (!fits) continue;
        chosen.push_back(faults[i]);
        const bool go_on = choose(i + 1);
        chosen.pop_back();
        if (!go_on) return false;
      }
      return true;
    };
    if (!choose(0)) return false;
  }
  return true;
}

}  // namespace cutset::campaign::nodes
