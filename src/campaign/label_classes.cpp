#include "campaign/label_classes.h"

#include <algorithm>

namespace cutset::campaign {

namespace {

enum class Likeness { kAlike, kDifferent, kUnclear };

/// Do the two subtrees do the same wherever both are known, down to an answer?
Likeness compare(const HandlerTree& tree, int left, int right, int hidden_answer) {
  const TreeNode& a = tree.nodes[static_cast<size_t>(left)];
  const TreeNode& b = tree.nodes[static_cast<size_t>(right)];
  if (!a.action || !b.action) return Likeness::kUnclear;
  if (!(*a.action == *b.action)) return Likeness::kDifferent;
  if (a.action->answers) {
    return a.action->answer == hidden_answer ? Likeness::kUnclear : Likeness::kAlike;
  }
  Likeness result = Likeness::kUnclear;
  for (const Edge& from_a : a.edges) {
    for (const Edge& from_b : b.edges) {
      if (from_a.labels != from_b.labels) continue;
      const Likeness below = compare(tree, from_a.target, from_b.target, hidden_answer);
      if (below == Likeness::kDifferent) return below;
      if (below == Likeness::kAlike) result = below;
    }
  }
  return result;
}

bool differ_only_in(const Edge& a, const Edge& b, size_t index) {
  for (size_t i = 0; i < a.labels.size(); ++i) {
    if ((a.labels[i] == b.labels[i]) == (i == index)) return false;
  }
  return true;
}

bool is_failure(const std::string& label) {
  return !(label.starts_with("status:1") || label.starts_with("status:2") ||
           label.starts_with("status:3"));
}

bool may_be_alike(const std::string& a, const std::string& b) {
  const bool harmless_delay = (a.starts_with("delay(") && !is_failure(b)) ||
                              (b.starts_with("delay(") && !is_failure(a));
  return harmless_delay || (is_failure(a) && is_failure(b));
}

using Pair = std::pair<int, int>;

/// What the nodes of one tree tell about each base.
std::map<int, LabelEvidence> evidence_of(const HandlerTree& tree,
                                         const Vocabulary& vocabulary, bool effectful) {
  const int hidden_answer = effectful ? vocabulary.labels.find("timeout") : -1;
  std::map<int, LabelEvidence> evidence;
  for (const TreeNode& node : tree.nodes) {
    if (!node.action || node.action->answers) continue;
    for (size_t i = 0; i < node.action->calls.size(); ++i) {
      const auto point = static_cast<size_t>(node.action->calls[i]);
      LabelEvidence& here = evidence[vocabulary.base_of_point[point]];
      for (const Edge& edge : node.edges) here.see(edge.labels[i]);
      for (const Edge& a : node.edges) {
        for (const Edge& b : node.edges) {
          if (a.labels[i] >= b.labels[i] || !differ_only_in(a, b, i)) continue;
          const Likeness likeness = compare(tree, a.target, b.target, hidden_answer);
          if (likeness == Likeness::kAlike) here.alike.insert({a.labels[i], b.labels[i]});
          if (likeness == Likeness::kDifferent)
            here.different.insert({a.labels[i], b.labels[i]});
        }
      }
    }
  }
  return evidence;
}

Pair ordered(int a, int b) {
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace

void LabelEvidence::see(int label) {
  if (std::find(labels.begin(), labels.end(), label) == labels.end())
    labels.push_back(label);
}

void LabelClasses::compute(const HandlerTrees& trees, const Vocabulary& vocabulary,
                           const std::set<int>& effectful) {
  representative_.clear();
  observed_.clear();
  for (const auto& entry : trees.trees()) {
    const bool changes_state = effectful.count(entry.second.handler) > 0;
    for (const auto& child : evidence_of(entry.second, vocabulary, changes_state)) {
      classify(entry.first, child.first, child.second, vocabulary);
    }
  }
}

void LabelClasses::classify(int tree, int base, const LabelEvidence& evidence,
                            const Vocabulary& vocabulary) {
  std::vector<std::vector<int>> classes;
  for (const int label : evidence.labels) {
    observed_.insert({tree, base, label});
    const auto fits = [&](const std::vector<int>& members) {
      bool alike = false;
      for (const int member : members) {
        const Pair pair = ordered(label, member);
        if (evidence.different.count(pair) > 0 ||
            separated_.count({tree, base, pair.first, pair.second}) > 0 ||
            !may_be_alike(vocabulary.labels.text(label),
                          vocabulary.labels.text(member))) {
          return false;
        }
        alike = alike || evidence.alike.count(pair) > 0;
      }
      return alike;
    };
    const auto home = std::find_if(classes.begin(), classes.end(), fits);
    if (home == classes.end()) {
      classes.push_back({label});
    } else {
      home->push_back(label);
      representative_[{tree, base, label}] = home->front();
    }
  }
}

int LabelClasses::representative(int tree, int base, int label) const {
  const auto found = representative_.find({tree, base, label});
  return found == representative_.end() ? label : found->second;
}

bool LabelClasses::separate(int tree, int base, int label, int other) {
  const Pair pair = ordered(label, other);
  return separated_.insert({tree, base, pair.first, pair.second}).second;
}

}  // namespace cutset::campaign
