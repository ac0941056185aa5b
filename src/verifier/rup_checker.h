// Checks a refutation clause by clause: a clause may be added if unit propagation over
// the clauses that are there refutes its negation (RUP: Goldberg and Novikov 2003). What
// was derived stays true when clauses are taken away, so deletion only saves work: a
// literal that was once implied stays so.
//
// Two watched literals, each watch with another literal that may make it needless.
// Cost of a step: the clauses on the literals that it assigns. Thread rule: one owner.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cutset::verifier {

using Literal = int32_t;  // a variable 1, 2, ... or its negation

class RupChecker {
 public:
  explicit RupChecker(uint32_t variables);

  uint32_t variables() const { return variables_; }
  /// A clause of the formula: nothing is checked. Requires: literals of its variables.
  void add(std::span<const Literal> clause);
  /// Adds the clause if it is implied. Requires: as above.
  bool add_implied(std::span<const Literal> clause);
  /// False: there is no such clause. Requires: as above.
  bool remove(std::span<const Literal> clause);
  /// The clauses contradict each other.
  bool refuted() const { return refuted_; }

 private:
  using Index = uint32_t;  // 2 * variable + (negative ? 1 : 0)
  struct Watch {
    uint32_t clause;
    Index other;  // some literal of the clause: if it holds, all is well
  };
  static constexpr uint32_t kNone = 0xffff'ffff;

  static Index index(Literal literal) {
    return literal > 0 ? 2 * static_cast<uint32_t>(literal)
                       : 2 * static_cast<uint32_t>(-literal) + 1;
  }
  bool holds(Index literal) const { return value_[literal] > 0; }
  bool fails(Index literal) const { return value_[literal] < 0; }
  void assign(Index literal);
  bool propagate();
  void undo(size_t trail);
  /// Sorted and distinct in clause_; false: it always holds.
  bool normalise(std::span<const Literal> clause);
  void store();
  uint32_t bucket() const;
  void grow();

  uint32_t variables_;
  std::vector<int8_t> value_;  // by index
  std::vector<std::vector<Watch>> watches_;
  std::vector<Index> trail_;
  size_t propagated_ = 0;
  std::vector<Index> clause_;  // the one at hand
  // Clauses: next in the bucket, size, hash, literals. Removed ones have size kNone.
  std::vector<uint32_t> arena_;
  std::vector<uint32_t> buckets_;
  size_t stored_ = 0;
  bool refuted_ = false;
};

}  // namespace cutset::verifier
