// The part of a graph below one child, renumbered by itself: faults become slots in the
// order in which a depth-first walk meets them. Two cones with the same signature are
// equal up to the names of their faults: what is solved for one holds for the other.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <vector>

#include "solver/additions.h"
#include "solver/fault_table.h"

namespace cutset::solver {

struct Cone {
  std::vector<uint32_t> signature;  // gates in post-order; equal iff the same up to names
  std::vector<FaultId> faults;      // by slot
  std::vector<Child> gates;         // by local number: the gate of the graph
  size_t edges = 0;
};

class ConeWalk {
 public:
  /// `graph` must outlive it; additions may be made between two walks. With `faults`,
  /// kinds are part of the signature.
  ConeWalk(const Additions& graph, const FaultTable* faults);

  /// False: the cone has more than `most` nodes (they were counted as work all the same).
  /// A root that is a leaf makes a gate of one child. Requires: not constant.
  bool walk(Child root, size_t most, Cone& cone);
  /// The conjunction of several, which are gates or leaves.
  void walk_all(std::span<const Child> roots, Cone& cone);
  /// Nodes visited by all calls so far.
  size_t work() const { return work_; }

 private:
  void begin(Cone& cone);
  bool visit(Child root, size_t most, Cone& cone);
  void end(Child root, Cone& cone);
  void add_gate(Child gate, uint32_t head, std::span<const Child> children, Cone& cone);
  uint32_t slot(FaultId fault, Cone& cone);
  uint32_t code(Child child, Cone& cone);

  const Additions* graph_;
  const FaultTable* faults_;
  std::vector<uint32_t> number_;  // 1 + slot or local number; 0: not met
  struct Open {
    GateId gate;
    uint32_t next;
  };
  std::vector<Open> open_;
  bool learns_ = false;  // a gate of this walk may learn
  size_t work_ = 0;
};

/// The cone as a graph over its slots. Gates' origins are the graph's.
Dag dag_of(const Cone& cone);

}  // namespace cutset::solver
