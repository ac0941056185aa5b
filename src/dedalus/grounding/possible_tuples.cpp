#include "dedalus/grounding/possible_tuples.h"

namespace cutset::dedalus {

uint64_t PossibleTuples::hash(uint64_t mask, std::span<const Value> columns) {
  uint64_t result = mask;
  for (size_t i = 0; i < columns.size(); ++i) {
    if ((mask >> i & 1) == 0) continue;
    result = (result ^ columns[i]) * 0x9e3779b97f4a7c15ULL;
    result ^= result >> 32;
  }
  return result;
}

bool PossibleTuples::matches(PossibleId id, uint64_t mask,
                             std::span<const Value> columns) const {
  const std::span<const Value> own = this->columns(id);
  for (size_t i = 0; i < own.size(); ++i) {
    if ((mask >> i & 1) != 0 && own[i] != columns[i]) return false;
  }
  return true;
}

const std::vector<PossibleId>& PossibleTuples::matching(PossibleTable& table,
                                                        uint64_t mask,
                                                        std::span<const Value> columns) {
  if (mask == 0) return table.tuples;
  PossibleTable::Index& index = table.indices[mask];
  for (; index.upto < table.tuples.size(); ++index.upto) {
    const PossibleId id = table.tuples[index.upto];
    index.by_hash[hash(mask, this->columns(id))].push_back(id);
  }
  const auto found = index.by_hash.find(hash(mask, columns));
  return found == index.by_hash.end() ? none_ : found->second;
}

PossibleId PossibleTuples::intern(RelationId relation, int64_t time,
                                  std::span<const Value> columns) {
  PossibleTable& table = this->table(relation, time);
  const uint64_t all = (uint64_t{1} << columns.size()) - 1;
  for (const PossibleId id : matching(table, all, columns)) {
    if (matches(id, all, columns)) return id;
  }
  const auto id = static_cast<PossibleId>(tuples_.size());
  PossibleTuple tuple;
  tuple.relation = relation;
  tuple.time = time;
  tuple.first_column = static_cast<uint32_t>(columns_.size());
  columns_.insert(columns_.end(), columns.begin(), columns.end());
  tuples_.push_back(std::move(tuple));
  table.tuples.push_back(id);
  return id;
}

}  // namespace cutset::dedalus
