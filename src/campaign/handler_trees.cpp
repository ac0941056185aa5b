#include "campaign/handler_trees.h"

#include <algorithm>

namespace cutset::campaign {

namespace {

/// Walks one invocation along its tree, extending the tree where it ends.
class Learner {
 public:
  Learner(HandlerTree& tree, int tree_number, const InvocationView& invocation,
          const Vocabulary& vocabulary, const Concurrency& concurrency,
          const HandlerTrees::Classes& classes, size_t& size)
      : tree_(tree),
        tree_number_(tree_number),
        vocabulary_(vocabulary),
        concurrency_(concurrency),
        classes_(classes),
        size_(size),
        answer_(invocation.answer) {
    for (const ChildView& child : invocation.children) remaining_.push_back(&child);
  }

  std::optional<Contradiction> learn() {
    int node = 0;
    while (true) {
      if (!tree_.nodes[static_cast<size_t>(node)].action) {
        tree_.nodes[static_cast<size_t>(node)].action = next_action();
        ++size_;
      }
      const Action action = *tree_.nodes[static_cast<size_t>(node)].action;
      const Action found = action_like(action);
      if (!(found == action)) return contradiction(node, action, found);
      if (action.answers) return std::nullopt;
      node = follow(node, action);
    }
  }

 private:
  /// What the invocation does next, at a node where nothing is known: its next call and
  /// those in flight together with it.
  Action next_action() const {
    if (remaining_.empty()) return {true, answer_, {}};
    Action action;
    const ChildView* first = remaining_.front();
    for (const ChildView* child : remaining_) {
      if (child != first &&
          !concurrency_.together(tree_.handler, *first, *child, vocabulary_)) {
        continue;
      }
      action.calls.push_back(child->point);
    }
    std::sort(action.calls.begin(), action.calls.end());
    return action;
  }

  /// The expected action if the invocation did it (in whatever order of arrival), else
  /// what it did.
  Action action_like(const Action& expected) const {
    if (expected.answers) {
      return remaining_.empty() ? Action{true, answer_, {}} : next_action();
    }
    for (const int point : expected.calls) {
      if (find(point) == remaining_.end()) return next_action();
    }
    return expected;
  }

  std::vector<const ChildView*>::const_iterator find(int point) const {
    return std::find_if(
        remaining_.begin(), remaining_.end(),
        [point](const ChildView* child) { return child->point == point; });
  }

  /// Consumes the children of the set and goes along (or makes) the edge of their
  /// answers.
  int follow(int node, const Action& action) {
    std::vector<int> raw;
    std::vector<int> filed;
    for (const int point : action.calls) {
      const auto child = find(point);
      const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
      raw.push_back((*child)->label);
      filed.push_back(classes_(tree_number_, base, (*child)->label));
      history_.emplace_back(point, (*child)->label);
      remaining_.erase(child);
    }
    std::vector<Edge>& edges = tree_.nodes[static_cast<size_t>(node)].edges;
    auto edge = std::find_if(edges.begin(), edges.end(),
                             [&filed](const Edge& e) { return e.labels == filed; });
    if (edge == edges.end()) {
      Edge added{filed, {}, static_cast<int>(tree_.nodes.size())};
      for (const int label : raw) added.raw.push_back({label});
      edges.push_back(std::move(added));
      tree_.nodes.push_back({std::nullopt, {}, node});
      ++size_;
      return static_cast<int>(tree_.nodes.size()) - 1;
    }
    note_merges(*edge, action, raw);
    return edge->target;
  }

  void note_merges(Edge& edge, const Action& action, const std::vector<int>& raw) {
    for (size_t i = 0; i < raw.size(); ++i) {
      std::vector<int>& seen = edge.raw[i];
      if (std::find(seen.begin(), seen.end(), raw[i]) != seen.end()) continue;
      const int base = vocabulary_.base_of_point[static_cast<size_t>(action.calls[i])];
      merged_.emplace_back(base, seen.front(), raw[i]);
      seen.push_back(raw[i]);
      ++size_;
    }
  }

  Contradiction contradiction(int node, const Action& expected,
                              const Action& found) const {
    return {tree_.handler, tree_number_, node, expected, found, history_, merged_};
  }

  HandlerTree& tree_;
  int tree_number_;
  const Vocabulary& vocabulary_;
  const Concurrency& concurrency_;
  const HandlerTrees::Classes& classes_;
  size_t& size_;
  int answer_;
  std::vector<const ChildView*> remaining_;
  std::vector<std::pair<int, int>> history_;
  std::vector<std::tuple<int, int, int>> merged_;
};

}  // namespace

Concurrency Concurrency::of(const std::vector<RunView>& fault_free,
                            const Vocabulary& vocabulary) {
  Concurrency found;
  for (const RunView& view : fault_free) {
    for (const InvocationView& invocation : view.invocations) {
      for (const ChildView& child : invocation.children) {
        const int base = vocabulary.base_of_point[static_cast<size_t>(child.point)];
        found.made.insert({invocation.handler, base});
        for (const ChildView& later : invocation.children) {
          if (later.start_ns < child.start_ns || later.start_ns >= child.end_ns) continue;
          const int other = vocabulary.base_of_point[static_cast<size_t>(later.point)];
          found.overlapping.insert(
              {invocation.handler, std::min(base, other), std::max(base, other)});
        }
      }
    }
  }
  return found;
}

bool Concurrency::together(int handler, const ChildView& a, const ChildView& b,
                           const Vocabulary& vocabulary) const {
  const int base = vocabulary.base_of_point[static_cast<size_t>(a.point)];
  const int other = vocabulary.base_of_point[static_cast<size_t>(b.point)];
  // Attempts of one call follow each other.
  if (base == other) return false;
  if (made.count({handler, base}) > 0 && made.count({handler, other}) > 0) {
    return overlapping.count({handler, std::min(base, other), std::max(base, other)}) > 0;
  }
  return b.start_ns < a.end_ns && a.start_ns < b.end_ns;
}

std::optional<Contradiction> HandlerTrees::learn(int tree,
                                                 const InvocationView& invocation,
                                                 const Vocabulary& vocabulary,
                                                 const Concurrency& concurrency,
                                                 const Classes& classes) {
  const auto [entry, first] = trees_.try_emplace(tree);
  if (first) entry->second.handler = invocation.handler;
  return Learner(entry->second, tree, invocation, vocabulary, concurrency, classes, size_)
      .learn();
}

const HandlerTree* HandlerTrees::find(int tree) const {
  const auto found = trees_.find(tree);
  return found == trees_.end() ? nullptr : &found->second;
}

}  // namespace cutset::campaign
