// The possible tuples of all times: stored once each, found by any of their columns.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "dedalus/evaluation/values.h"
#include "dedalus/grounding/goal_maker.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

/// A possible tuple at a time.
using PossibleId = uint32_t;

/// Premises of one possible firing, while its time step is computed: literals that are
/// known, and tuples whose literals are not yet.
struct OpenFiring {
  Premises known;
  std::vector<PossibleId> open;
};

struct PossibleTuple {
  RelationId relation = 0;
  int64_t time = 0;
  uint32_t first_column = 0;
  bool is_final = false;
  Literal literal = kFalse;         // once final
  std::vector<OpenFiring> firings;  // until then
};

/// The possible tuples of one relation at one time, in the order of their discovery.
class PossibleTable {
 public:
  std::vector<PossibleId> tuples;

 private:
  friend class PossibleTuples;
  struct Index {
    std::unordered_map<uint64_t, std::vector<PossibleId>> by_hash;  // looked up only
    size_t upto = 0;                                                // of tuples
  };
  std::map<uint64_t, Index> indices;  // by mask of columns
};

class PossibleTuples {
 public:
  explicit PossibleTuples(const Program& program) : program_(&program) {}

  size_t size() const { return tuples_.size(); }
  PossibleTuple& operator[](PossibleId id) { return tuples_[id]; }
  const PossibleTuple& operator[](PossibleId id) const { return tuples_[id]; }
  std::span<const Value> columns(PossibleId id) const {
    const PossibleTuple& tuple = tuples_[id];
    return {columns_.data() + tuple.first_column,
            program_->relations[tuple.relation].columns.size()};
  }

  PossibleTable& table(RelationId relation, int64_t time) {
    return tables_[{time, relation}];
  }
  /// The tuple, made if it is new.
  PossibleId intern(RelationId relation, int64_t time, std::span<const Value> columns);
  /// Candidates whose masked columns equal those of `columns`; others may be among them
  /// (hashes collide). Valid until the next call for the same table and mask; more may
  /// be appended to it by then.
  const std::vector<PossibleId>& matching(PossibleTable& table, uint64_t mask,
                                          std::span<const Value> columns);
  bool matches(PossibleId id, uint64_t mask, std::span<const Value> columns) const;

 private:
  static uint64_t hash(uint64_t mask, std::span<const Value> columns);

  const Program* program_;
  std::vector<PossibleTuple> tuples_;
  std::vector<Value> columns_;
  std::map<std::pair<int64_t, RelationId>, PossibleTable> tables_;
  std::vector<PossibleId> none_;
};

}  // namespace cutset::dedalus
