// Schedules without knowledge: drawn from the model, or all of it. Baseline and oracle of
// the selection. Thread rule: one owner; pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "campaign/nodes/node_model.h"

namespace cutset::campaign::nodes {

/// Draws a number of faults, then faults, then their order, each uniformly; again, where
/// the budget does not admit it. Equal seeds, equal draws.
class ScheduleSampler {
 public:
  ScheduleSampler(const NodeSpace& space, uint64_t seed);
  NodeSchedule draw();  // canonical; not empty

 private:
  size_t below(size_t bound);

  const NodeSpace& space_;
  std::vector<NodeFault> faults_;
  std::mt19937_64 random_;
};

/// Every canonical schedule that the space admits, by number of faults, without the empty
/// one. `visit` returns false to end. Returns whether it came to the end.
bool for_each_schedule(const NodeSpace& space,
                       const std::function<bool(const NodeSchedule&)>& visit);

}  // namespace cutset::campaign::nodes
