#include "dedalus/evaluation/workspace.h"

#include <algorithm>
#include <bit>

#include "dedalus/evaluation/hashing.h"

namespace cutset::dedalus {
namespace {

constexpr size_t kFewestBuckets = 16;

}  // namespace

Workspace::Workspace(const CompiledProgram& program, const WordTable& tuples)
    : program_(program), tuples_(tuples), slices_(program.slots()) {
  for (Slot slot = 0; slot < slices_.size(); ++slot) {
    const RelationId relation = slot < program.arity.size()
                                    ? slot
                                    : program.pins[slot - program.arity.size()].relation;
    slices_[slot].indices.resize(program.indices[relation].size());
  }
}

void Workspace::clear() {
  for (const Slot slot : touched_) {
    Slice& slice = slices_[slot];
    slice.rows.clear();
    slice.pending.clear();
    slice.old = slice.current = 0;
    slice.is_touched = false;
    for (Index& index : slice.indices) index.built = 0;
  }
  touched_.clear();
  if (++epoch_ == 0) {
    std::fill(stamps_.begin(), stamps_.end(), 0);
    epoch_ = 1;
  }
}

Workspace::Slice& Workspace::touch(Slot slot) {
  Slice& slice = slices_[slot];
  if (!slice.is_touched) {
    slice.is_touched = true;
    touched_.push_back(slot);
  }
  return slice;
}

bool Workspace::insert(TupleId tuple, bool at_once) {
  if (tuple >= stamps_.size()) {
    const size_t size = std::max<size_t>(tuples_.size(), stamps_.size() * 2);
    stamps_.resize(size, 0);
    rows_.resize(size, 0);
  }
  if (stamps_[tuple] == epoch_) return false;
  stamps_[tuple] = epoch_;
  Slice& slice = touch(tuples_.label(tuple));
  if (at_once) {
    rows_[tuple] = static_cast<uint32_t>(slice.rows.size());
    slice.rows.push_back(tuple);
  } else {
    rows_[tuple] = kNoRow;
    slice.pending.push_back(tuple);
  }
  return true;
}

void Workspace::start_rounds(Slot slot) {
  Slice& slice = slices_[slot];
  slice.old = 0;
  slice.current = static_cast<uint32_t>(slice.rows.size());
}

bool Workspace::flush(Slot slot) {
  Slice& slice = slices_[slot];
  slice.old = slice.current;
  for (const TupleId tuple : slice.pending) {
    rows_[tuple] = static_cast<uint32_t>(slice.rows.size());
    slice.rows.push_back(tuple);
  }
  slice.current = static_cast<uint32_t>(slice.rows.size());
  const bool grew = !slice.pending.empty();
  slice.pending.clear();
  return grew;
}

RowRange Workspace::range(Slot slot, Operation::Range range) const {
  const Slice& slice = slices_[slot];
  switch (range) {
    case Operation::Range::kCurrent:
      return {0, slice.current};
    case Operation::Range::kNew:
      return {slice.old, slice.current};
    case Operation::Range::kOld:
      return {0, slice.old};
    case Operation::Range::kAll:
      break;
  }
  return {0, static_cast<uint32_t>(slice.rows.size())};
}

uint32_t Workspace::first_match(Slot slot, uint32_t number, std::span<const Value> key) {
  Slice& slice = slices_[slot];
  if (slice.rows.empty()) return kNoRow;
  Index& index = slice.indices[number];
  if (index.built < slice.rows.size()) {
    const RelationId relation = tuples_.label(slice.rows.front());
    extend(slot, index, program_.indices[relation][number]);
  }
  WordHash hash(0);
  for (const Value value : key) hash.add(value);
  return index.buckets[hash.value() & (index.buckets.size() - 1)];
}

void Workspace::extend(Slot slot, Index& index, const std::vector<uint32_t>& columns) {
  const Slice& slice = slices_[slot];
  if (index.built == 0 || index.buckets.size() < slice.rows.size()) {
    index.buckets.assign(std::max(kFewestBuckets, std::bit_ceil(slice.rows.size() * 2)),
                         kNoRow);
    index.built = 0;
  }
  index.next.resize(slice.rows.size());
  for (uint32_t row = index.built; row < slice.rows.size(); ++row) {
    const auto words = tuples_.words(slice.rows[row]);
    WordHash hash(0);
    for (const uint32_t column : columns) hash.add(words[column]);
    uint32_t& bucket = index.buckets[hash.value() & (index.buckets.size() - 1)];
    index.next[row] = bucket;
    bucket = row;
  }
  index.built = static_cast<uint32_t>(slice.rows.size());
}

size_t Workspace::bytes() const {
  size_t bytes = (stamps_.size() + rows_.size()) * sizeof(uint32_t);
  for (const Slice& slice : slices_) {
    bytes += (slice.rows.capacity() + slice.pending.capacity()) * sizeof(TupleId);
    for (const Index& index : slice.indices) {
      bytes += (index.buckets.capacity() + index.next.capacity()) * sizeof(uint32_t);
    }
  }
  return bytes;
}

}  // namespace cutset::dedalus
