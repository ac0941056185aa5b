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
  is_shown_.resize(size(), 0);
  std::vector<uint32_t> uses(faults, 0);
  for (const uint32_t fault : faults_) ++uses[fault];
  size_t places = 1;
  while (places < 2 * size()) places *= 2;
  table_.assign(places, 0);
  repeated_.reset();
  first_by_rarest_.assign(size_t{faults} + 1, 0);
  std::vector<uint32_t> rarest_of(size(), kNoSlot);
  for (uint32_t at = 0; at < size(); ++at) {
    const std::span<const uint32_t> set = (*this)[at];
    size_t place = hash_of(set) & (places - 1);
    for (; table_[place] != 0; place = (place + 1) & (places - 1)) {
      const std::span<const uint32_t> other = (*this)[table_[place] - 1];
      if (!std::equal(set.begin(), set.end(), other.begin(), other.end())) continue;
      if (!repeated_) repeated_ = at;
    }
    table_[place] = at + 1;
    if (set.empty()) continue;
    rarest_of[at] =
        *std::min_element(set.begin(), set.end(),
                          [&](uint32_t a, uint32_t b) { return uses[a] < uses[b]; });
    ++first_by_rarest_[rarest_of[at] + 1];
  }
  for (uint32_t fault = 0; fault < faults; ++fault)
    first_by_rarest_[fault + 1] += first_by_rarest_[fault];
  std::vector<uint32_t> next(first_by_rarest_.begin(), first_by_rarest_.end() - 1);
  by_rarest_.resize(first_by_rarest_.back());
  for (uint32_t at = 0; at < size(); ++at) {
    if (rarest_of[at] != kNoSlot) by_rarest_[next[rarest_of[at]]++] = at;
  }
}

std::optional<size_t> ListedSets::find(std::span<const uint32_t> set) const {
  const size_t mask = table_.size() - 1;
  for (size_t at = hash_of(set) & mask; table_[at] != 0; at = (at + 1) & mask) {
    const std::span<const uint32_t> other = (*this)[table_[at] - 1];
    if (std::equal(set.begin(), set.end(), other.begin(), other.end())) {
      return table_[at] - 1;
    }
  }
  return std::nullopt;
}

std::optional<size_t> ListedSets::part_of(std::span<const uint32_t> set) const {
  for (const uint32_t fault : set) {
    for (const uint32_t other : with_rarest(fault)) {
      const std::span<const uint32_t> part = (*this)[other];
      if (part.size() < set.size() &&
          std::includes(set.begin(), set.end(), part.begin(), part.end())) {
        return other;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::pair<size_t, size_t>> ListedSets::nested() const {
  size_t empty = size();
  for (size_t at = 0; at < size(); ++at) {
    if ((*this)[at].empty()) empty = at;
  }
  for (size_t at = 0; at < size(); ++at) {
    const std::span<const uint32_t> set = (*this)[at];
    if (!set.empty() && empty < size()) return std::pair<size_t, size_t>(at, empty);
    if (const auto part = part_of(set)) return std::pair<size_t, size_t>(at, *part);
  }
  return std::nullopt;
}

std::vector<uint32_t> ListedSets::inside(std::span<const uint32_t> faults,
                                         const std::vector<uint32_t>& slot_of) const {
  std::vector<uint32_t> result;
  for (const uint32_t fault : faults) {
    for (const uint32_t at : with_rarest(fault)) {
      const std::span<const uint32_t> set = (*this)[at];
      const bool is_inside = std::all_of(set.begin(), set.end(), [&](uint32_t each) {
        return slot_of[each] != kNoSlot;
      });
      if (is_inside) result.push_back(at);
    }
  }
  return result;
}

}  // namespace cutset::verifier
