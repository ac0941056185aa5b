// Builds a Dag gate by gate, children first, and keeps its invariants: constants folded,
// single children passed through, equal gates made one (hash-consing). A goal that may
// still learn alternatives always stays a gate of its own.
//
// Cost: linear in the children given (plus their sorting within a gate).
// Thread rule: one owner.
#pragma once

#include "solver/dag.h"

namespace cutset::solver {

class DagBuilder {
 public:
  explicit DagBuilder(uint32_t fault_count);

  /// Room for so many gates and children: saves time, promises nothing.
  void reserve(size_t gates, size_t children);

  Child and_gate(std::span<const Child> children, uint32_t origin) {
    return gate(true, children, false, origin);
  }
  Child or_gate(std::span<const Child> children, bool may_learn, uint32_t origin) {
    return gate(false, children, may_learn, origin);
  }
  /// Returns what stands for the gate: it, an equal one, its only child, or a constant.
  /// Requires: children are leaves, constants or what this builder returned; fewer than
  /// kMostNodes nodes in all.
  Child gate(bool is_and, std::span<const Child> children, bool may_learn,
             uint32_t origin);

  uint32_t gate_count() const { return dag_.gate_count(); }
  /// The graph; the builder is empty afterwards.
  Dag finish(Child root);

 private:
  void normalise(bool is_and, std::span<const Child> children);
  uint64_t hash(bool is_and) const;
  bool equals(GateId gate, bool is_and) const;
  size_t table_slot(bool is_and, size_t probe) const;
  void make_table(size_t size);
  Child append(bool is_and, bool may_learn, uint32_t origin);

  static constexpr uint32_t kEmpty = 0xffff'ffff;

  Dag dag_;
  std::vector<uint32_t> table_;  // open addressing: gates by type and children
  std::vector<Child> scratch_;
  Child constant_ = 0;  // what normalise() found the gate to be; 0 with none
  bool is_constant_ = false;
  uint32_t in_table_ = 0;
};

}  // namespace cutset::solver
