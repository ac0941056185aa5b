#include "history/checkers/state_cache.h"

#include <algorithm>

namespace cutset::history {

namespace {

constexpr size_t kFirstSize = 1024;

uint64_t hash_of(std::span<const uint64_t> state) {
  uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (const uint64_t word : state) {
    hash ^= word;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
  }
  return hash;
}

}  // namespace

StateCache::StateCache() : table_(kFirstSize, 0) {}

size_t StateCache::bytes() const {
  return (words_.capacity() + table_.capacity()) * sizeof(uint64_t);
}

bool StateCache::equals(uint64_t place, std::span<const uint64_t> state) const {
  return words_[place] == state.size() &&
         std::equal(state.begin(), state.end(),
                    words_.begin() + static_cast<ptrdiff_t>(place) + 1);
}

bool StateCache::insert(std::span<const uint64_t> state) {
  if (size_ * 2 >= table_.size()) grow();
  size_t slot = hash_of(state) & (table_.size() - 1);
  while (table_[slot] != 0) {
    if (equals(table_[slot] - 1, state)) return false;
    slot = (slot + 1) & (table_.size() - 1);
  }
  table_[slot] = words_.size() + 1;
  words_.push_back(state.size());
  words_.insert(words_.end(), state.begin(), state.end());
  ++size_;
  return true;
}

void StateCache::grow() {
  std::vector<uint64_t> larger(table_.size() * 2, 0);
  for (const uint64_t place : table_) {
    if (place == 0) continue;
    const std::span<const uint64_t> state(&words_[place], words_[place - 1]);
    size_t slot = hash_of(state) & (larger.size() - 1);
    while (larger[slot] != 0) slot = (slot + 1) & (larger.size() - 1);
    larger[slot] = place;
  }
  table_ = std::move(larger);
}

}  // namespace cutset::history
