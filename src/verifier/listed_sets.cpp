#include "verifier/listed_sets.h"

#include <algorithm>

namespace cutset::verifier {

namespace {

uint64_t hash_of(std::span<const uint32_t> set) {
  uint64_t hash = set.size();
  for (const uint32_t fault : set) {
    hash = (hash ^ fault) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

void ListedSets::add(std::span<const uint32_t> set, int line) {
  faults_.insert(faults_.end(), set.begin(), set.end());
  first_.push_back(faults_.size());
  lines_.push_back(line);
  has_empty_ = has_empty_ || set.empty();
}

void ListedSets::index(uint32_t faults) {
  std::vector<uint32_t> uses(faults, 0);
  for (const uint32_t fault : faults_) ++uses[fault];
  by_rarest_.assign(faults, {});
  for (uint32_t at = 0; at < size(); ++at) {
    const std::span<const uint32_t> set = (*this)[at];
    by_hash_.emplace_back(hash_of(set), at);
    if (set.empty()) continue;
    const auto rarest =
        std::min_element(set.begin(), set.end(),
                         [&](uint32_t a, uint32_t b) { return uses[a] < uses[b]; });
    by_rarest_[*rarest].push_back(at);
  }
  std::sort(by_hash_.begin(), by_hash_.end());
}

bool ListedSets::has(std::span<const uint32_t> set) const {
  const uint64_t hash = hash_of(set);
  for (auto at = std::lower_bound(by_hash_.begin(), by_hash_.end(),
                                  std::pair<uint64_t, uint32_t>(hash, 0));
       at != by_hash_.end() && at->first == hash; ++at) {
    const std::span<const uint32_t> other = (*this)[at->second];
    if (std::equal(set.begin(), set.end(), other.begin(), other.end())) return true;
  }
  return false;
}

std::optional<size_t> ListedSets::repeated() const {
  std::optional<size_t> first;
  for (size_t i = 1; i < by_hash_.size(); ++i) {
    for (size_t j = i; j-- > 0 && by_hash_[j].first == by_hash_[i].first;) {
      const std::span<const uint32_t> a = (*this)[by_hash_[i].second];
      const std::span<const uint32_t> b = (*this)[by_hash_[j].second];
      if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) continue;
      first = std::min<size_t>(first.value_or(by_hash_[i].second), by_hash_[i].second);
      break;
    }
  }
  return first;
}

std::optional<std::pair<size_t, size_t>> ListedSets::nested() const {
  size_t empty = size();
  for (size_t at = 0; at < size(); ++at) {
    if ((*this)[at].empty()) empty = at;
  }
  for (size_t at = 0; at < size(); ++at) {
    const std::span<const uint32_t> set = (*this)[at];
    if (!set.empty() && empty < size()) return std::pair<size_t, size_t>(at, empty);
    for (const uint32_t fault : set) {
      for (const uint32_t other : by_rarest_[fault]) {
        const std::span<const uint32_t> part = (*this)[other];
        if (part.size() < set.size() &&
            std::includes(set.begin(), set.end(), part.begin(), part.end())) {
          return std::pair<size_t, size_t>(at, other);
        }
      }
    }
  }
  return std::nullopt;
}

std::vector<std::vector<uint32_t>> ListedSets::inside(
    std::span<const uint32_t> faults, const std::vector<uint32_t>& slot_of) const {
  std::vector<std::vector<uint32_t>> result;
  for (const uint32_t fault : faults) {
    for (const uint32_t at : by_rarest_[fault]) {
      std::vector<uint32_t> slots;
      for (const uint32_t each : (*this)[at]) slots.push_back(slot_of[each]);
      if (std::find(slots.begin(), slots.end(), kNoSlot) == slots.end()) {
        result.push_back(std::move(slots));
      }
    }
  }
  return result;
}

}  // namespace cutset::verifier
