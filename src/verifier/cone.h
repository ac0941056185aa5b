// What stands below one or several nodes, numbered by itself (docs/certificates.md): a
// depth-first walk, children ascending; faults get slots as they are met, gates local
// numbers as they are left.
//
// Thread rule: one owner.
#pragma once

#include <vector>

#include "verifier/graph.h"

namespace cutset::verifier {

struct Cone {
  std::vector<uint32_t> faults;    // by slot
  std::vector<uint8_t> is_and;     // by local gate
  std::vector<uint32_t> first{0};  // by local gate, into below; one more at the end
  std::vector<Node> below;  // slots, then faults.size() + local gates; kEnabledBit + slot
  std::vector<Node> roots;  // likewise

  uint32_t slots() const { return static_cast<uint32_t>(faults.size()); }
  uint32_t gates() const { return static_cast<uint32_t>(is_and.size()); }
  std::span<const Node> children(uint32_t gate) const {
    return {below.data() + first[gate], below.data() + first[gate + 1]};
  }
};

class ConeWalk {
 public:
  explicit ConeWalk(const Graph& graph);
  /// Requires: roots are nodes of the graph, no constants.
  Cone walk(std::span<const Node> roots);

 private:
  void visit(Node root, Cone& cone);
  void meet(Node node, Cone& cone);

  const Graph& graph_;
  std::vector<uint32_t> number_;  // by node: 1 + slot or local gate; 0: not met
  struct Open {
    uint32_t gate;
    uint32_t next;
  };
  std::vector<Open> open_;
  std::vector<uint32_t> order_;  // gates as they were left
};

/// By node, enabled leaves behind all others: the root does not hold without it, because
/// it is the root or a child of such an AND gate.
std::vector<uint8_t> conjuncts_of(const Graph& graph);

}  // namespace cutset::verifier
