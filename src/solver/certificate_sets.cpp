#include "solver/certificate_sets.h"

#include <algorithm>

namespace cutset::solver {

namespace {

uint64_t hash_of(const FaultSet& set) {
  uint64_t state = set.size();
  for (const FaultId fault : set) {
    state = (state ^ fault) * 0xff51afd7ed558ccdULL;
    state ^= state >> 32;
  }
  return state;
}

}  // namespace

SetsOfCones::SetsOfCones(const CertificateClaim& claim, uint32_t faults)
    : first_by_rarest_(size_t{faults} + 1, 0), slot_of_(faults, kNoSlot) {
  std::vector<const FaultSet*> sets;
  for (const FaultSet& set : claim.sets) sets.push_back(&set);
  for (const CertificateClaim::Shown& shown : claim.violated)
    sets.push_back(&shown.faults);
  std::erase_if(sets, [](const FaultSet* set) { return set->empty(); });
  std::vector<uint32_t> uses(faults, 0);
  for (const FaultSet* set : sets) {
    for (const FaultId fault : *set) ++uses[fault];
  }
  size_t places = 1;
  while (places < 2 * sets.size()) places *= 2;
  table_.assign(places, nullptr);
  std::vector<FaultId> rarest_of;
  for (const FaultSet* set : sets) {
    size_t place = hash_of(*set) & (places - 1);
    while (table_[place] != nullptr) place = (place + 1) & (places - 1);
    table_[place] = set;
    rarest_of.push_back(
        *std::min_element(set->begin(), set->end(),
                          [&](FaultId a, FaultId b) { return uses[a] < uses[b]; }));
    ++first_by_rarest_[rarest_of.back() + 1];
  }
  for (uint32_t fault = 0; fault < faults; ++fault)
    first_by_rarest_[fault + 1] += first_by_rarest_[fault];
  std::vector<uint32_t> next(first_by_rarest_.begin(), first_by_rarest_.end() - 1);
  by_rarest_.resize(sets.size());
  for (size_t i = 0; i < sets.size(); ++i) by_rarest_[next[rarest_of[i]]++] = sets[i];
}

bool SetsOfCones::has(const FaultSet& set) const {
  const size_t mask = table_.size() - 1;
  for (size_t at = hash_of(set) & mask; table_[at] != nullptr; at = (at + 1) & mask) {
    if (*table_[at] == set) return true;
  }
  return false;
}

bool SetsOfCones::has_part_of(const FaultSet& set) const {
  return std::any_of(set.begin(), set.end(), [&](FaultId fault) {
    const std::span<const FaultSet* const> others = with_rarest(fault);
    return std::any_of(others.begin(), others.end(), [&](const FaultSet* other) {
      return std::includes(set.begin(), set.end(), other->begin(), other->end());
    });
  });
}

void SetsOfCones::set_slots(const CertificateCone& cone) {
  for (uint32_t slot = 0; slot < cone.faults.size(); ++slot)
    slot_of_[cone.faults[slot]] = slot;
}

void SetsOfCones::clear_slots(const CertificateCone& cone) {
  for (const FaultId fault : cone.faults) slot_of_[fault] = kNoSlot;
}

bool SetsOfCones::is_inside(const FaultSet& set) const {
  return std::all_of(set.begin(), set.end(),
                     [this](FaultId fault) { return slot_of_[fault] != kNoSlot; });
}

bool SetsOfCones::any_inside(const CertificateCone& cone) {
  if (by_rarest_.empty()) return false;
  set_slots(cone);
  const bool found =
      std::any_of(cone.faults.begin(), cone.faults.end(), [this](FaultId fault) {
        const std::span<const FaultSet* const> sets = with_rarest(fault);
        return std::any_of(sets.begin(), sets.end(),
                           [this](const FaultSet* set) { return is_inside(*set); });
      });
  clear_slots(cone);
  return found;
}

void SetsOfCones::inside(const CertificateCone& cone,
                         std::vector<std::vector<uint32_t>>& result) {
  result.clear();
  if (by_rarest_.empty()) return;
  set_slots(cone);
  for (const FaultId fault : cone.faults) {
    for (const FaultSet* set : with_rarest(fault)) {
      if (!is_inside(*set)) continue;
      std::vector<uint32_t>& slots = result.emplace_back();
      for (const FaultId each : *set) slots.push_back(slot_of_[each]);
      std::sort(slots.begin(), slots.end());
    }
  }
  std::sort(result.begin(), result.end());
  clear_slots(cone);
}

}  // namespace cutset::solver
