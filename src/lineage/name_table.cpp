#include "lineage/name_table.h"

#include <algorithm>
#include <cstring>

namespace cutset::lineage {

namespace {

constexpr size_t kFirstSlots = 256;  // a power of two
constexpr size_t kBlock = 16 << 10;

uint64_t word_at(const char* bytes, size_t count) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

/// Names are short: a multiplication for every 16 bytes, nothing called. The value never
/// leaves the process.
uint64_t hash_of(std::string_view text) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
  constexpr size_t kWord = sizeof(uint64_t);
  const auto mix = [](uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ kOdd) * (b ^ 0xd1b54a32d192ed03ULL);
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64U);
  };
  const char* at = text.data();
  size_t left = text.size();
  uint64_t hash = left * kOdd;
  for (; left > 2 * kWord; at += kWord, left -= kWord)
    hash = mix(hash ^ word_at(at, kWord), hash + left);
  if (left >= kWord)
    return mix(hash ^ word_at(at, kWord), hash + word_at(at + left - kWord, kWord));
  if (left >= kWord / 2) {
    return mix(hash ^ word_at(at, kWord / 2),
               hash + word_at(at + left - kWord / 2, kWord / 2));
  }
  for (size_t i = 0; i < left; ++i) hash = hash * 257 + static_cast<unsigned char>(at[i]);
  return mix(hash, left);
}

}  // namespace

NameTable::NameTable() : slots_(kFirstSlots, kNone) {
  intern("");
}

size_t NameTable::slot_of(std::string_view text, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != kNone) {
    const Name& name = names_[slots_[slot]];
    if (name.hash == hash && name.text == text) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

NameId NameTable::find(std::string_view name) const {
  return slots_[slot_of(name, hash_of(name))];
}

NameId NameTable::intern(std::string_view name) {
  if (name.empty() && !names_.empty()) return kEmpty;
  const uint64_t hash = hash_of(name);
  const size_t slot = slot_of(name, hash);
  if (slots_[slot] != kNone) return slots_[slot];
  const auto id = static_cast<NameId>(names_.size());
  names_.push_back({store(name), hash});
  slots_[slot] = id;
  if (names_.size() * 2 > slots_.size()) grow();
  return id;
}

std::string_view NameTable::store(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > free_bytes_) {
    const size_t size = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(size));
    free_ = blocks_.back().get();
    free_bytes_ = size;
    block_bytes_ += size;
  }
  std::memcpy(free_, text.data(), text.size());
  const std::string_view stored(free_, text.size());
  free_ += text.size();
  free_bytes_ -= text.size();
  return stored;
}

void NameTable::grow() {
  slots_.assign(slots_.size() * 2, kNone);
  const size_t mask = slots_.size() - 1;
  for (NameId id = 0; id < names_.size(); ++id) {
    size_t slot = names_[id].hash & mask;
    while (slots_[slot] != kNone) slot = (slot + 1) & mask;
    slots_[slot] = id;
  }
}

size_t NameTable::bytes() const {
  return block_bytes_ + names_.capacity() * sizeof(Name) +
         slots_.capacity() * sizeof(NameId);
}

}  // namespace cutset::lineage
