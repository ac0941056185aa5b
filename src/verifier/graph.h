// The graph that a certificate is checked against, in the normal form that certificates
// number (docs/certificates.md), read and built without any code of the solver.
//
// Nodes: faults 0 .. F-1 (present unless the fault is active), then gates in the order of
// the file, equal ones once. kEnabledBit + f holds only if fault f is active.
//
// Invariants: a gate has two or more children, ascending, distinct, none constant, all
// smaller than it; no two gates are equal. Memory grows with what was read.
// Thread rule: const once it was built.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace cutset::verifier {

using Node = uint32_t;

constexpr Node kEnabledBit = 0x8000'0000;
constexpr Node kHolds = 0x7fff'fffe;
constexpr Node kFails = 0x7fff'ffff;
constexpr uint32_t kMostNodes = 0x7fff'fff0;

constexpr bool is_constant(Node node) {
  return node == kHolds || node == kFails;
}
constexpr bool is_enabled(Node node) {
  return (node & kEnabledBit) != 0;
}

struct Graph {
  std::vector<uint8_t> kind_of;    // by fault
  std::vector<std::string> kinds;  // at most 256
  std::string subjects;            // what fails (a), of all faults, one after the other
  std::vector<size_t> subject_end;
  std::vector<uint8_t> is_and;     // by gate
  std::vector<uint32_t> first{0};  // by gate, into `below`; one more at the end
  std::vector<Node> below;
  Node root = kHolds;
  bool has_conditions = false;
  uint64_t digest = 0;  // of fault names and gates

  uint32_t faults() const { return static_cast<uint32_t>(kind_of.size()); }
  uint32_t gates() const { return static_cast<uint32_t>(is_and.size()); }
  bool is_gate(Node node) const { return node >= faults() && node - faults() < gates(); }
  /// What the fault takes away, as the file names it (a).
  std::string_view subject(uint32_t fault) const {
    const size_t begin = fault == 0 ? 0 : subject_end[fault - 1];
    return std::string_view(subjects).substr(begin, subject_end[fault] - begin);
  }
  /// A fault, a gate, or enabled by a fault; no constant.
  bool is_node(Node node) const {
    return is_enabled(node) ? (node & ~kEnabledBit) < faults()
                            : node < faults() + gates();
  }
  std::span<const Node> children(uint32_t gate) const {
    return {below.data() + first[gate], below.data() + first[gate + 1]};
  }
};

/// Node by node, as the readers meet them.
class GraphBuilder {
 public:
  static constexpr size_t kMostKinds = 256;

  /// False: more than kMostKinds kinds.
  bool add_fault(std::string_view kind, std::string_view a, std::string_view b,
                 int64_t t);
  /// The next gate of the file. Requires: what node() or gate() returned.
  Node add_gate(bool is_and, std::span<const Node> children);
  /// The same, without a number of its own: for gates that only stand in formulas.
  Node gate(bool is_and, std::span<const Node> children);

  /// By number in the file: a node that was added, or -1-i for enabled by fault i.
  std::optional<Node> node(int64_t number) const;
  int64_t next_number() const { return static_cast<int64_t>(numbers_.size()); }
  uint32_t faults() const { return graph_.faults(); }
  bool full() const { return numbers_.size() >= kMostNodes; }
  Graph finish(Node root);

 private:
  Node constant_or(bool is_and, std::span<const Node> children);
  Node find_or_append(bool is_and);
  void grow();

  Graph graph_;
  Fnv64 names_;
  std::vector<Node> numbers_;    // by number in the file
  std::vector<uint8_t> never_;   // by fault
  std::vector<Node> sorted_;     // the gate at hand
  std::vector<uint32_t> table_;  // open addressing: 1 + gate
};

/// cutset-dag/1 as text or JSON, or an Open-PSA fault tree, told apart by the first
/// character; "-" is standard input. Errors: kBadInput with file, line and column.
Result<Graph> read_graph(const std::string& path);
/// The same from memory.
Result<Graph> parse_graph(std::string_view input, const std::string& name);

}  // namespace cutset::verifier
