// From the numbered nodes of a file to a FaultGraph: checks that ids come in order and
// refer to what is there, and keeps what each gate became (equal gates are one).
//
// Memory grows with what was read, never with what the file announces.
// Thread rule: one owner.
#pragma once

#include <optional>

#include "solver/dag_builder.h"
#include "solver/fault_graph.h"

namespace cutset::solver {

class GraphAssembly {
 public:
  /// Announced sizes: room is made for at most a fixed number of them ahead.
  void announce(uint64_t faults, uint64_t gates);

  FaultTable& faults() { return graph_.faults; }
  FaultGraph& graph() { return graph_; }

  /// No fault after the first gate.
  void begin_gates();
  uint64_t next_id() const { return result_.size(); }

  /// `id` as in the file: a node below next_id(), or -1-i for enabled by fault i.
  /// nullopt: there is no such node yet.
  std::optional<Child> resolve(int64_t id) const {
    if (id >= 0) {
      return static_cast<uint64_t>(id) < result_.size() ? std::optional(result_[id])
                                                        : std::nullopt;
    }
    const int64_t fault = -(id + 1);
    if (fault >= graph_.faults.size()) return std::nullopt;
    return never_[fault] ? kFalse : enabled_by(static_cast<FaultId>(fault));
  }
  /// "a fault or gate below 17", for the error where resolve() gave nothing.
  std::string expected_child() const;
  void add_gate(bool is_and, std::span<const Child> children);

  bool full() const { return result_.size() >= kMostNodes; }

  /// Requires: resolve(root) gives something.
  FaultGraph finish(int64_t root);

 private:
  static constexpr uint64_t kMostRoom = uint64_t{1} << 20;

  FaultGraph graph_;
  std::optional<DagBuilder> builder_;
  std::vector<Child> result_;  // by id of the file
  std::vector<bool> never_;    // by fault
  uint64_t gates_announced_ = 0;
};

}  // namespace cutset::solver
