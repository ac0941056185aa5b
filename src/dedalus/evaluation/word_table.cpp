#include "dedalus/evaluation/word_table.h"

#include <algorithm>

#include "base/check.h"
#include "dedalus/evaluation/hashing.h"

namespace cutset::dedalus {
namespace {

constexpr size_t kFirstSlots = 256;
constexpr uint64_t kUpper = 0xffffffff00000000ULL;

}  // namespace

WordTable::WordTable() {
  clear();
}

void WordTable::clear() {
  words_.clear();
  begins_.assign(1, 0);
  labels_.clear();
  slots_.assign(kFirstSlots, 0);
}

uint64_t WordTable::hash(uint32_t label, std::span<const uint32_t> words) {
  WordHash hash(label + (static_cast<uint64_t>(words.size()) << 32));
  for (const uint32_t word : words) hash.add(word);
  return hash.value();
}

size_t WordTable::locate(uint64_t hash, uint32_t label,
                         std::span<const uint32_t> words) const {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const uint64_t slot = slots_[at];
    if (slot == 0) return at;
    if (((slot ^ hash) & kUpper) != 0) continue;
    const uint32_t id = static_cast<uint32_t>(slot) - 1;
    const auto found = this->words(id);
    if (labels_[id] == label && found.size() == words.size() &&
        std::equal(words.begin(), words.end(), found.begin())) {
      return at;
    }
  }
}

uint32_t WordTable::find(uint32_t label, std::span<const uint32_t> words) const {
  const uint64_t slot = slots_[locate(hash(label, words), label, words)];
  return slot == 0 ? kNone : static_cast<uint32_t>(slot) - 1;
}

uint32_t WordTable::intern(uint32_t label, std::span<const uint32_t> words) {
  const uint64_t hashed = hash(label, words);
  const size_t at = locate(hashed, label, words);
  if (slots_[at] != 0) return static_cast<uint32_t>(slots_[at]) - 1;
  const uint32_t id = size();
  CHECK(id < kNone - 1);
  words_.insert(words_.end(), words.begin(), words.end());
  begins_.push_back(words_.size());
  labels_.push_back(label);
  slots_[at] = (hashed & kUpper) | (id + 1);
  if (labels_.size() * 2 > slots_.size()) grow();
  return id;
}

void WordTable::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (uint32_t id = 0; id < size(); ++id) {
    const uint64_t hashed = hash(labels_[id], words(id));
    size_t at = hashed & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = (hashed & kUpper) | (id + 1);
  }
}

size_t WordTable::bytes() const {
  return words_.size() * sizeof(uint32_t) + begins_.size() * sizeof(uint64_t) +
         labels_.size() * sizeof(uint32_t) + slots_.size() * sizeof(uint64_t);
}

}  // namespace cutset::dedalus
