// Interned sequences of 32-bit words, each with a label: tuples (label: relation),
// patterns (likewise) and sets of tuples (sorted ids, label 0). Ids count up from 0 and
// stay.
//
// Implementation: words in one arena, open addressing with linear probing; a slot holds
// the upper half of the hash and the id, so that a probe seldom touches the arena.
//
// Thread rule: not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cutset::dedalus {

class WordTable {
 public:
  static constexpr uint32_t kNone = 0xffffffffU;

  WordTable();
  uint32_t intern(uint32_t label, std::span<const uint32_t> words);
  /// kNone if it was never interned.
  uint32_t find(uint32_t label, std::span<const uint32_t> words) const;

  uint32_t label(uint32_t id) const { return labels_[id]; }
  std::span<const uint32_t> words(uint32_t id) const {
    return {words_.data() + begins_[id], words_.data() + begins_[id + 1]};
  }
  uint32_t size() const { return static_cast<uint32_t>(labels_.size()); }
  size_t bytes() const;
  void clear();

 private:
  static uint64_t hash(uint32_t label, std::span<const uint32_t> words);
  /// The slot of it, or the free one where it belongs.
  size_t locate(uint64_t hash, uint32_t label, std::span<const uint32_t> words) const;
  void grow();

  std::vector<uint32_t> words_;
  std::vector<uint64_t> begins_;
  std::vector<uint32_t> labels_;
  std::vector<uint64_t> slots_;  // hash's upper half, then id + 1; 0: free
};

}  // namespace cutset::dedalus
