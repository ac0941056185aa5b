// Where the tuples of one time step stand while it is evaluated: a slice for each slot,
// indices made when they are first asked for. Cleared without giving memory back.
//
// Invariants: rows of a slice are distinct; `pending` rows are known (contains) but joins
// see them only after flush(), so no join changes what it walks over. Whether a tuple is
// there is a stamp at its id: one look, no search. Pins' slices have no stamps: they hold
// what stood at another time.
//
// Thread rule: not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/provenance.h"
#include "dedalus/evaluation/word_table.h"

namespace cutset::dedalus {

/// Rows of a slice, [begin, end).
struct RowRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

class Workspace {
 public:
  static constexpr uint32_t kNoRow = 0xffffffffU;

  Workspace(const CompiledProgram& program, const WordTable& tuples);

  void clear();

  /// Adds a tuple to the slot of its relation; false: it was there.
  bool add(TupleId tuple) { return insert(tuple, true); }
  /// Likewise, but joins see it after the next flush of its slot.
  bool derive(TupleId tuple) { return insert(tuple, false); }
  /// To a pin's slot. Requires: not there yet.
  void add_to_pin(Slot slot, TupleId tuple) { touch(slot).rows.push_back(tuple); }
  /// What was pending is new now, what was new is old; false: nothing was pending.
  bool flush(Slot slot);
  /// Everything that is there counts as old and current.
  void start_rounds(Slot slot);

  const std::vector<TupleId>& rows(Slot slot) const { return slices_[slot].rows; }
  RowRange range(Slot slot, Operation::Range range) const;
  /// The row of a tuple in the slot of its relation; kNoRow: not there, or pending.
  uint32_t row_of(TupleId tuple) const {
    return tuple < stamps_.size() && stamps_[tuple] == epoch_ ? rows_[tuple] : kNoRow;
  }

  /// The first row of the slot whose columns have these values, and the next after a row;
  /// kNoRow: none. Descending. May also give rows that only hash alike.
  uint32_t first_match(Slot slot, uint32_t index, std::span<const Value> key);
  uint32_t next_match(Slot slot, uint32_t index, uint32_t row) const {
    return slices_[slot].indices[index].next[row];
  }

  size_t bytes() const;

 private:
  struct Index {
    std::vector<uint32_t> buckets;
    std::vector<uint32_t> next;  // by row
    uint32_t built = 0;          // rows
  };
  struct Slice {
    std::vector<TupleId> rows;
    std::vector<TupleId> pending;
    uint32_t old = 0;
    uint32_t current = 0;
    bool is_touched = false;
    std::vector<Index> indices;
  };

  bool insert(TupleId tuple, bool at_once);
  Slice& touch(Slot slot);
  void extend(Slot slot, Index& index, const std::vector<uint32_t>& columns);

  const CompiledProgram& program_;
  const WordTable& tuples_;
  std::vector<Slice> slices_;
  std::vector<Slot> touched_;
  std::vector<uint32_t> stamps_;  // by tuple: the epoch in which it is there
  std::vector<uint32_t> rows_;    // by tuple
  uint32_t epoch_ = 0;
};

}  // namespace cutset::dedalus
