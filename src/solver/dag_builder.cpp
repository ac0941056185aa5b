#include "solver/dag_builder.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace cutset::solver {

DagBuilder::DagBuilder(uint32_t fault_count) {
  CHECK(fault_count < kMostNodes);
  dag_.fault_count_ = fault_count;
}

void DagBuilder::reserve(size_t gates, size_t children) {
  dag_.type_.reserve(gates);
  dag_.origin_.reserve(gates);
  dag_.first_.reserve(gates + 1);
  dag_.children_.reserve(children);
  if (gates * 2 > table_.size()) make_table(std::bit_ceil(gates * 2));
}

/// Fills scratch_ with the sorted distinct children, or finds that it is constant.
void DagBuilder::normalise(bool is_and, std::span<const Child> children) {
  const Child neutral = is_and ? kTrue : kFalse;
  const Child absorbing = is_and ? kFalse : kTrue;
  scratch_.clear();
  is_constant_ = false;
  bool sorted = true;
  for (const Child child : children) {
    if (child == neutral) continue;
    if (child == absorbing) {
      is_constant_ = true;
      constant_ = absorbing;
      return;
    }
    sorted = sorted && (scratch_.empty() || scratch_.back() < child);
    scratch_.push_back(child);
  }
  if (!sorted) {
    std::sort(scratch_.begin(), scratch_.end());
    scratch_.erase(std::unique(scratch_.begin(), scratch_.end()), scratch_.end());
  }
  if (scratch_.empty() || !is_enabled(scratch_.back())) return;
  // A fault's two leaves together: never both, always one.
  for (size_t i = scratch_.size(); i-- > 0 && is_enabled(scratch_[i]);) {
    if (std::binary_search(scratch_.begin(), scratch_.end(),
                           scratch_[i] & ~kEnabledBit)) {
      is_constant_ = true;
      constant_ = absorbing;
      return;
    }
  }
  dag_.has_conditions_ = true;
}

Child DagBuilder::gate(bool is_and, std::span<const Child> children, bool may_learn,
                       uint32_t origin) {
  CHECK(!is_and || !may_learn);
  normalise(is_and, children);
  if (is_constant_) return constant_;
  if (may_learn) return append(is_and, may_learn, origin);
  if (scratch_.empty()) return is_and ? kTrue : kFalse;
  if (scratch_.size() == 1) return scratch_.front();
  if ((in_table_ + 1) * size_t{2} > table_.size()) {
    constexpr size_t kSmallest = 64;
    make_table(std::max(kSmallest, table_.size() * 2));
  }
  size_t slot = table_slot(is_and, 0);
  for (size_t probe = 1; table_[slot] != kEmpty; ++probe) {
    if (equals(table_[slot], is_and)) return dag_.child_of(table_[slot]);
    slot = table_slot(is_and, probe);
  }
  table_[slot] = dag_.gate_count();
  ++in_table_;
  return append(is_and, may_learn, origin);
}

Child DagBuilder::append(bool is_and, bool may_learn, uint32_t origin) {
  const GateId gate = dag_.gate_count();
  CHECK(size_t{dag_.fault_count_} + gate < kMostNodes);
  dag_.children_.insert(dag_.children_.end(), scratch_.begin(), scratch_.end());
  dag_.first_.push_back(static_cast<uint32_t>(dag_.children_.size()));
  dag_.type_.push_back(static_cast<uint8_t>((is_and ? Dag::kAndBit : 0) |
                                            (may_learn ? Dag::kLearnBit : 0)));
  dag_.origin_.push_back(origin);
  return dag_.child_of(gate);
}

uint64_t DagBuilder::hash(bool is_and) const {
  uint64_t state = is_and ? 0x9e3779b97f4a7c15ULL : 0xc2b2ae3d27d4eb4fULL;
  for (const Child child : scratch_) {
    state = (state ^ child) * 0xff51afd7ed558ccdULL;
    state ^= state >> 32;
  }
  return state;
}

/// Where the gate in scratch_ may be. First near the place of its last child: gates that
/// come one after the other mostly have such children, and so find the table in the
/// cache. Then by hash, so that many gates above one child do not get in their own way.
size_t DagBuilder::table_slot(bool is_and, size_t probe) const {
  constexpr size_t kNear = 4;
  const size_t mask = table_.size() - 1;
  const size_t near = size_t{scratch_.back() & ~kEnabledBit} * 2 + (is_and ? 1 : 0);
  if (probe < kNear) return (near + probe) & mask;
  const uint64_t hashed = hash(is_and);
  return (hashed + (probe - kNear) * ((hashed >> 32) | 1)) & mask;
}

bool DagBuilder::equals(GateId gate, bool is_and) const {
  const std::span<const Child> below = dag_.children(gate);
  if (dag_.is_and(gate) != is_and || below.size() != scratch_.size()) return false;
  for (size_t i = 0; i < below.size(); ++i) {  // short: a call of memcmp costs more
    if (below[i] != scratch_[i]) return false;
  }
  return true;
}

void DagBuilder::make_table(size_t size) {
  table_.assign(size, kEmpty);
  const std::vector<Child> saved = scratch_;
  for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
    const std::span<const Child> below = dag_.children(gate);
    if (dag_.may_learn(gate)) continue;
    scratch_.assign(below.begin(), below.end());
    size_t slot = table_slot(dag_.is_and(gate), 0);
    for (size_t probe = 1; table_[slot] != kEmpty; ++probe)
      slot = table_slot(dag_.is_and(gate), probe);
    table_[slot] = gate;
  }
  scratch_ = saved;
}

Dag DagBuilder::finish(Child root) {
  dag_.root_ = root;
  if (is_enabled(root) && !is_constant(root)) dag_.has_conditions_ = true;
  Dag result = std::move(dag_);
  dag_ = Dag();
  table_.clear();
  in_table_ = 0;
  return result;
}

}  // namespace cutset::solver
