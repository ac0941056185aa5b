#include "lineage/name_table.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace cutset::lineage {

namespace {

constexpr size_t kFirstSlots = 256;  // a power of two
constexpr size_t kBlock = 16 << 10;

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
  return slots_[slot_of(name, std::hash<std::string_view>{}(name))];
}

NameId NameTable::intern(std::string_view name) {
  const uint64_t hash = std::hash<std::string_view>{}(name);
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
