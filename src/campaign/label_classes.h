// Kinds of failure (calls.md 5.2): labels to which a caller reacted alike are one kind
// from then on.
//
// Two labels of one child (by base: an attempt is like another) are alike if somewhere
// both were seen and the same calls and the same answer followed, and nowhere something
// different did. An answer that is no failure is never merged, except with a delay that
// did no harm.
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "campaign/handler_trees.h"

namespace cutset::campaign {

/// What the trees tell about the labels of one child.
struct LabelEvidence {
  std::vector<int> labels;  // order of first sight
  std::set<std::pair<int, int>> alike;
  std::set<std::pair<int, int>> different;

  void see(int label);
};

class LabelClasses {
 public:
  /// Reads the classes off trees that were learned with every label by itself.
  /// What a handler of `effectful` did when nobody waited for its answer is not known to
  /// be alike.
  void compute(const HandlerTrees& trees, const Vocabulary& vocabulary,
               const std::set<int>& effectful);

  /// The first label of the class; the label itself where it is in none.
  int representative(int tree, int base, int label) const;

  /// Was the label ever seen of this child?
  bool is_observed(int tree, int base, int label) const {
    return observed_.count({tree, base, label}) > 0;
  }

  /// Never again in one class (it led to a contradiction). Returns false if that was
  /// known.
  bool separate(int tree, int base, int label, int other);

  friend bool operator==(const LabelClasses& a, const LabelClasses& b) {
    return a.representative_ == b.representative_;
  }

 private:
  void classify(int tree, int base, const LabelEvidence& evidence,
                const Vocabulary& vocabulary);

  std::map<std::tuple<int, int, int>, int> representative_;
  std::set<std::tuple<int, int, int>> observed_;
  std::set<std::tuple<int, int, int, int>> separated_;
};

}  // namespace cutset::campaign
