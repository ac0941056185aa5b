// Families of sets in which none contains another, shared as decision diagrams: a node
// splits its sets into those without its element and those with it (Minato 1993; unions
// and products that keep only minimal sets, Rauzy 1993). Sets larger than a bound are
// left out where they would arise: no smaller set depends on them.
//
// Bounded in nodes and in steps: beyond, every operation gives kNone and gave_up() stays
// true. Recursion is as deep as there are elements. Thread rule: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace cutset::verifier {

class SetFamilies {
 public:
  using Family = uint32_t;
  static constexpr Family kNone = 0;      // no set
  static constexpr Family kEmptySet = 1;  // one set, which is empty
  static constexpr uint32_t kMostElements = 10'000;

  /// `largest`: of the sets that count. `stop` is asked now and then, and may be empty.
  SetFamilies(uint32_t largest, size_t most_nodes, const std::function<bool()>& stop);

  /// Requires: element < kMostElements; smaller ones are nearer to the root.
  Family single(uint32_t element);
  /// The minimal ones of both.
  Family unite(Family a, Family b);
  /// The minimal unions of a set of `a` and a set of `b`.
  Family product(Family a, Family b) { return product(a, b, largest_); }

  /// The element that splits the family; kNoElement for kNone and kEmptySet.
  static constexpr uint32_t kNoElement = 0xffff'ffff;
  uint32_t top(Family family) const { return nodes_[family].top; }
  bool gave_up() const { return gave_up_; }
  size_t nodes() const { return nodes_.size(); }

  /// Gives each set, ascending, until `visit` returns false.
  using Visit = std::function<bool(std::span<const uint32_t>)>;
  bool for_each(Family family, const Visit& visit) const;

 private:
  struct Node {
    uint32_t top;
    Family without;
    Family with;        // less the element
    uint32_t last;      // largest element of any set
    uint16_t smallest;  // sizes of its sets
    uint16_t biggest;
  };
  enum Operation : uint32_t { kUnite = 1, kProduct, kMinus, kTrim };
  struct Result {
    uint32_t operation = 0;  // with the bound of sizes; 0: nothing
    Family a = 0;
    Family b = 0;
    Family result = 0;
  };

  Family product(Family a, Family b, uint32_t largest);
  /// The sets of `a` that contain none of `b`.
  Family minus(Family a, Family b);
  /// The sets of `a` that are not larger.
  Family trim(Family a, uint32_t largest);
  Family make(uint32_t top, Family without, Family with);
  bool apart(Family a, Family b) const {
    return nodes_[a].last < nodes_[b].top || nodes_[b].last < nodes_[a].top;
  }
  bool step();
  Result& place(uint32_t operation, Family a, Family b);
  const Family* known(uint32_t operation, Family a, Family b);
  Family keep(uint32_t operation, Family a, Family b, Family result);
  void grow();
  bool visit_below(Family family, std::vector<uint32_t>& path, const Visit& visit) const;

  uint32_t largest_;
  size_t most_nodes_;
  const std::function<bool()>& stop_;
  uint64_t steps_ = 0;
  bool gave_up_ = false;
  std::vector<Node> nodes_;
  std::vector<Family> table_;    // open addressing
  std::vector<Result> results_;  // what was computed last at each place
};

}  // namespace cutset::verifier
