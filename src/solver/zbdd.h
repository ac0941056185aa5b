// Families of minimal sets as zero-suppressed decision diagrams (Minato 1993; minimal
// operations after Rauzy 1993 and Bryant's ordering rule): no set of a family contains
// another. Sets above a limit of size are dropped where they arise.
//
// Nodes are hash-consed, an operation's results are cached (lossy, so that memory stays
// within a small factor of the nodes). Beyond `most_nodes` every operation gives the
// empty family and overflowed() stays true: whoever asked falls back to another method.
//
// Recursion is as deep as there are variables. Thread rule: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cutset::solver {

class Zbdd {
 public:
  using Node = uint32_t;
  using Variable = uint32_t;         // smaller is nearer to the root
  static constexpr Node kEmpty = 0;  // no set
  static constexpr Node kUnit = 1;   // the empty set
  static constexpr uint32_t kNoLimit = 0xffff;

  explicit Zbdd(size_t most_nodes);

  Node single(Variable variable);
  /// The minimal sets of both families.
  Node either(Node a, Node b);
  /// The minimal unions of a set of `a` and a set of `b`, of at most `limit` elements.
  Node both(Node a, Node b, uint32_t limit);

  Variable variable(Node node) const { return nodes_[node].variable; }
  Node without(Node node) const { return nodes_[node].low; }
  Node with(Node node) const { return nodes_[node].high; }
  uint32_t smallest(Node node) const { return nodes_[node].smallest; }
  uint32_t largest(Node node) const { return nodes_[node].largest; }
  bool overflowed() const { return overflowed_; }
  /// Some set was dropped for its size.
  bool truncated() const { return truncated_; }
  size_t size() const { return nodes_.size(); }

 private:
  static constexpr Variable kLeaf = 0xffff'ffff;
  struct Entry {
    Variable variable;
    Node low;   // sets without the variable
    Node high;  // sets with it, less the variable
    uint16_t smallest;
    uint16_t largest;
  };
  enum class Operation : uint8_t { kNone, kEither, kBoth, kNotAbove, kAtMost };
  struct Cached {
    Operation operation = Operation::kNone;
    uint16_t limit = 0;
    Node a = 0;
    Node b = 0;
    Node result = 0;
  };

  Node make(Variable variable, Node low, Node high);
  /// The sets of `a` that contain no set of `b`.
  Node not_above(Node a, Node b);
  Node at_most(Node a, uint32_t limit);
  Node both_of_same(Node a, Node b, uint32_t limit);
  Cached* cached(Operation operation, Node a, Node b, uint32_t limit);
  static bool matches(const Cached& entry, Operation operation, Node a, Node b,
                      uint32_t limit) {
    return entry.operation == operation && entry.a == a && entry.b == b &&
           entry.limit == limit;
  }
  Node store(Operation operation, Node a, Node b, uint32_t limit, Node result);
  void grow();

  /// One more step that no cache saved.
  void count_step() {
    if (++steps_ > kStepsPerNode * most_nodes_) overflowed_ = true;
  }
  static constexpr uint64_t kStepsPerNode = 32;

  size_t most_nodes_;
  uint64_t steps_ = 0;
  bool overflowed_ = false;
  bool truncated_ = false;
  std::vector<Entry> nodes_;
  std::vector<Node> table_;
  std::vector<Cached> cache_;
};

}  // namespace cutset::solver
