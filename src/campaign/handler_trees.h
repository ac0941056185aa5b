// The local rules of handlers, as decision trees (calls.md 5.2): after these answers it
// calls that child next, or answers r.
//
//   node  --action-->  calls a set of children (in flight together), or answers
//   node  --edge-->    what the children of its set answered, one label each
//
// Invariants:
// 1. Node 0 of a tree is its root; a node's edges all have as many labels as its action
// has calls.
// 2. Learning never changes an action: a run that would is a Contradiction and changes
// nothing
//    after the point where it differs.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "campaign/run_view.h"

namespace cutset::campaign {

/// Which calls of a handler are in flight together. Timing alone would say something else
/// in every run (a call that fails at once is over before its sibling begins): what the
/// fault-free runs showed decides, and timing only for calls that were never made without
/// faults.
struct Concurrency {
  std::set<std::pair<int, int>> made;  // (handler, base) seen in fault-free runs
  std::set<std::tuple<int, int, int>>
      overlapping;  // (handler, base, base) that overlapped in one of them

  static Concurrency of(const std::vector<RunView>& fault_free,
                        const Vocabulary& vocabulary);
  bool together(int handler, const ChildView& a, const ChildView& b,
                const Vocabulary& vocabulary) const;
};

struct Action {
  bool answers = false;
  int answer = 0;          // label, if it answers
  std::vector<int> calls;  // points, sorted, if it calls

  friend bool operator==(const Action&, const Action&) = default;
};

struct Edge {
  std::vector<int> labels;            // as keyed (class representatives in merged trees)
  std::vector<std::vector<int>> raw;  // for each label: the labels that were really seen
  int target = 0;
};

struct TreeNode {
  std::optional<Action> action;
  std::vector<Edge> edges;
  int parent = -1;
};

struct HandlerTree {
  int handler = 0;
  std::vector<TreeNode> nodes{1};
};

/// Two runs, or a run and a rule, do not agree.
struct Contradiction {
  int handler = 0;
  int tree = 0;
  int node = 0;
  Action expected;
  Action found;
  std::vector<std::pair<int, int>> history;  // (point, label seen) up to the node
  std::vector<std::tuple<int, int, int>>
      merged;  // (base, label, other label) used on the way as if equal
};

class HandlerTrees {
 public:
  /// (tree, base of the child, label) -> the label under which it is filed.
  using Classes = std::function<int(int tree, int base, int label)>;

  /// Adds what one invocation did. `tree` is any number that stands for the rules' key.
  std::optional<Contradiction> learn(int tree, const InvocationView& invocation,
                                     const Vocabulary& vocabulary,
                                     const Concurrency& concurrency,
                                     const Classes& classes);

  /// nullptr: never seen.
  const HandlerTree* find(int tree) const;
  const std::map<int, HandlerTree>& trees() const { return trees_; }
  void clear() { trees_.clear(); }
  /// Grows with everything learned.
  size_t size() const { return size_; }

 private:
  std::map<int, HandlerTree> trees_;
  size_t size_ = 0;
};

}  // namespace cutset::campaign
