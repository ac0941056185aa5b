// The spans of one trace in the store, each once.
//
// Invariants:
// 1. No two spans have the same identity (span_batch.h); the first that came stays.
// 2. Spans stand in order of arrival and do not move, so slots_ may point at them.
// 3. At most half of slots_ is in use; its size is a power of two.
//
// Thread rule: one owner.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ingest/span_batch.h"

namespace cutset::ingest {

class TraceSpans {
 public:
  /// What an empty one costs, with its place in a table.
  static constexpr size_t kEmptyBytes = 256;

  bool contains(const PackedSpan& span) const;
  /// Requires: !contains(span).
  void add(const PackedSpan& span);
  /// How much bytes() grows if a span of this size is added, at most.
  size_t growth(size_t span_bytes) const;

  size_t size() const { return count_; }
  size_t bytes() const { return bytes_; }
  /// All of them, in order of arrival.
  void unpack(lineage::SpanSink& sink) const;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    size_t used = 0;
  };
  static size_t slot_of(const std::vector<const char*>& slots, const PackedSpan& span);
  size_t next_block(size_t span_bytes) const;
  bool fits(size_t span_bytes) const;
  bool slots_full() const { return (count_ + 1) * 2 > slots_.size(); }
  size_t next_slots() const;
  void grow_slots();

  std::vector<Block> blocks_;
  std::vector<const char*> slots_;  // open addressing; nullptr: free
  size_t count_ = 0;
  size_t bytes_ = kEmptyBytes;
};

}  // namespace cutset::ingest
