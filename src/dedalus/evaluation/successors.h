// Which set of tuples follows a step, by the messages that are lost and the facts of the
// next time. Open addressing, linear probing; grows at one half.
//
// Thread rule: not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dedalus/evaluation/hashing.h"

namespace cutset::dedalus {

class Successors {
 public:
  static constexpr uint32_t kNone = 0xffffffffU;

  /// kNone: not known.
  uint32_t find(uint64_t lost, uint32_t facts) const {
    if (entries_.empty()) return kNone;
    return entries_[place(lost, facts)].input;
  }

  /// Requires: not known yet.
  void add(uint64_t lost, uint32_t facts, uint32_t input) {
    if (2 * (count_ + 1) > entries_.size()) grow();
    entries_[place(lost, facts)] = {lost, facts, input};
    ++count_;
  }

  static constexpr size_t kEntryBytes = 2 * sizeof(uint64_t);

 private:
  struct Entry {
    uint64_t lost = 0;
    uint32_t facts = 0;
    uint32_t input = kNone;
  };
  static constexpr size_t kFirst = 4;

  size_t place(uint64_t lost, uint32_t facts) const {
    WordHash hash(facts);
    hash.add(lost);
    const size_t mask = entries_.size() - 1;
    size_t at = hash.value() & mask;
    while (entries_[at].input != kNone &&
           (entries_[at].lost != lost || entries_[at].facts != facts)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  void grow() {
    std::vector<Entry> before(entries_.empty() ? kFirst : entries_.size() * 2);
    before.swap(entries_);
    for (const Entry& entry : before) {
      if (entry.input != kNone) entries_[place(entry.lost, entry.facts)] = entry;
    }
  }

  std::vector<Entry> entries_;
  size_t count_ = 0;
};

}  // namespace cutset::dedalus
