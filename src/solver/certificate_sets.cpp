#include "solver/certificate_sets.h"

#include <algorithm>

namespace cutset::solver {

SetsOfCones::SetsOfCones(const CertificateClaim& claim, uint32_t faults)
    : by_rarest_(faults), slot_of_(faults, kNoSlot) {
  for (const FaultSet& set : claim.sets) sets_.push_back(&set);
  for (const CertificateClaim::Shown& shown : claim.violated)
    sets_.push_back(&shown.faults);
  std::vector<uint32_t> uses(faults, 0);
  for (const FaultSet* set : sets_) {
    for (const FaultId fault : *set) ++uses[fault];
  }
  for (const FaultSet* set : sets_) {
    if (set->empty()) continue;
    const auto rarest =
        std::min_element(set->begin(), set->end(),
                         [&](FaultId a, FaultId b) { return uses[a] < uses[b]; });
    by_rarest_[*rarest].push_back(set);
  }
}

void SetsOfCones::inside(const CertificateCone& cone,
                         std::vector<std::vector<uint32_t>>& result) {
  result.clear();
  if (sets_.empty()) return;
  for (uint32_t slot = 0; slot < cone.faults.size(); ++slot)
    slot_of_[cone.faults[slot]] = slot;
  for (const FaultId fault : cone.faults) {
    for (const FaultSet* set : by_rarest_[fault]) {
      std::vector<uint32_t> slots;
      for (const FaultId each : *set) slots.push_back(slot_of_[each]);
      if (std::find(slots.begin(), slots.end(), kNoSlot) != slots.end()) continue;
      std::sort(slots.begin(), slots.end());
      result.push_back(std::move(slots));
    }
  }
  std::sort(result.begin(), result.end());
  for (const FaultId fault : cone.faults) slot_of_[fault] = kNoSlot;
}

}  // namespace cutset::solver
