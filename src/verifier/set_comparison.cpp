#include "verifier/set_comparison.h"

#include <algorithm>

namespace cutset::verifier {

std::optional<std::vector<uint32_t>> SetComparison::first_not_listed(
    const RecomputedCuts& cuts, const Cone& cone, const std::vector<uint32_t>& slot_of) {
  listed_.clear();
  unlisted_.clear();
  const bool is_done = cuts.for_each([&](std::span<const uint32_t> slots) {
    named_.clear();
    for (const uint32_t slot : slots) named_.push_back(cone.faults[slot]);
    std::sort(named_.begin(), named_.end());
    return look_up();
  });
  if (!is_done) return named_;
  find_strangers(cone, slot_of);
  for (size_t at = 0; at < unlisted_.size(); at += unlisted_[at] + 1) {
    const std::span<const uint32_t> set(&unlisted_[at] + 1, unlisted_[at]);
    if (!contains_stranger(set, slot_of)) return std::vector(set.begin(), set.end());
  }
  for (const uint32_t at : listed_) {
    if (!contains_stranger(sets_[at], slot_of)) sets_.set_shown(at);
  }
  return std::nullopt;
}

/// False: it should be listed.
bool SetComparison::look_up() {
  constexpr uint64_t kSetsBetweenStops = 4096;
  if (++looked_up_ % kSetsBetweenStops == 0 && stop_ && stop_()) return false;
  if (!budget_.limits.empty() && !budget_.allows(graph_, named_)) return true;
  if (const std::optional<size_t> at = sets_.find(named_)) {
    listed_.push_back(static_cast<uint32_t>(*at));
    return true;
  }
  // Usually none, or few. A diagram may have more than there is memory.
  constexpr size_t kMostKept = size_t{1} << 22;
  if (unlisted_.size() > kMostKept) return sets_.part_of(named_).has_value();
  unlisted_.push_back(static_cast<uint32_t>(named_.size()));
  unlisted_.insert(unlisted_.end(), named_.begin(), named_.end());
  return true;
}

void SetComparison::find_strangers(const Cone& cone,
                                   const std::vector<uint32_t>& slot_of) {
  std::vector<uint32_t> inside = sets_.inside(cone.faults, slot_of);
  has_strangers_ = inside.size() != listed_.size();
  if (!has_strangers_) return;
  std::vector<uint32_t> computed = listed_;
  std::sort(computed.begin(), computed.end());
  std::erase_if(inside, [&computed](uint32_t at) {
    return std::binary_search(computed.begin(), computed.end(), at);
  });
  strangers_.assign(cone.slots(), {});
  for (const uint32_t at : inside) strangers_[slot_of[sets_[at].front()]].push_back(at);
}

/// A smaller one: a set that was violated may be listed, too.
bool SetComparison::contains_stranger(std::span<const uint32_t> set,
                                      const std::vector<uint32_t>& slot_of) const {
  if (!has_strangers_) return false;
  return std::any_of(set.begin(), set.end(), [&](uint32_t fault) {
    const std::vector<uint32_t>& others = strangers_[slot_of[fault]];
    return std::any_of(others.begin(), others.end(), [&](uint32_t at) {
      const std::span<const uint32_t> other = sets_[at];
      return other.size() < set.size() &&
             std::includes(set.begin(), set.end(), other.begin(), other.end());
    });
  });
}

}  // namespace cutset::verifier
