#include "solver/brute_source.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace cutset::solver {

BruteSource::BruteSource(const Dag& dag, std::vector<KindLimit> limits,
                         std::function<bool()> stop)
    : dag_(dag), limits_(std::move(limits)), stop_(std::move(stop)) {
  constexpr uint32_t kMostGroups = 32;
  CHECK(dag.fault_count() <= kMostGroups);
}

bool BruteSource::holds(uint32_t active) const {
  std::vector<uint8_t> value(dag_.gate_count(), 0);
  const auto of = [&](Child child) {
    if (is_constant(child)) return child == kTrue;
    if (is_enabled(child)) return (active >> (child & ~kEnabledBit) & 1) != 0;
    if (dag_.is_lost(child)) return (active >> child & 1) == 0;
    return value[dag_.gate_of(child)] != 0;
  };
  for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
    const std::span<const Child> below = dag_.children(gate);
    value[gate] = dag_.is_and(gate) ? std::all_of(below.begin(), below.end(), of)
                                    : std::any_of(below.begin(), below.end(), of);
  }
  return of(dag_.root());
}

bool BruteSource::within_limits(uint32_t active) const {
  return std::all_of(limits_.begin(), limits_.end(), [active](const KindLimit& limit) {
    uint32_t count = 0;
    for (const FaultId group : limit.groups) count += active >> group & 1;
    return count <= limit.most;
  });
}

Progress BruteSource::advance(uint32_t size) {
  if (!begun_ || size != size_) {
    begun_ = true;
    size_ = size;
    next_ = 0;
  }
  const uint64_t end = uint64_t{1} << dag_.fault_count();
  constexpr uint64_t kAskEvery = 1024;
  for (; next_ < end; ++next_) {
    if (stop_ && next_ % kAskEvery == 0 && stop_()) return Progress::kStopped;
    const auto active = static_cast<uint32_t>(next_);
    if (std::popcount(active) != static_cast<int>(size) || !within_limits(active))
      continue;
    const bool above =
        std::any_of(minimal_.begin(), minimal_.end(),
                    [active](uint32_t below) { return (active & below) == below; });
    if (above || holds(active)) continue;
    minimal_.push_back(active);
    LocalSet set;
    for (FaultId group = 0; group < dag_.fault_count(); ++group) {
      if ((active >> group & 1) != 0) set.push_back(group);
    }
    ++next_;
    found(std::move(set));
    return Progress::kFound;
  }
  return Progress::kNoneLeft;
}

}  // namespace cutset::solver
