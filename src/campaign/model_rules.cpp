// What a model's rules say: which rules apply to an invocation, which labels they tell
// apart, what a handler passes on.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "campaign/model.h"

namespace cutset::campaign {

namespace {

std::string attempts_text(const std::vector<int>& attempts) {
  std::string text;
  for (const int attempt : attempts) text += fmt::format("[{}]", attempt);
  return text;
}

}  // namespace

int Model::tree_number(int handler, int position,
                       const std::vector<int>& attempts) const {
  const std::string& name = vocabulary_.handlers.text(handler);
  std::string key = name;
  const HandlerLevel level = refinement_.level(name);
  if (level >= HandlerLevel::kByPosition)
    key += " @ " + vocabulary_.positions.text(position);
  if (level >= HandlerLevel::kByAttempts) key += attempts_text(attempts);
  return keys_.of(key);
}

const HandlerTree* Model::tree(int handler, int position,
                               const std::vector<int>& attempts) const {
  return merged_.find(tree_number(handler, position, attempts));
}

std::vector<std::vector<int>> Model::known_attempts(int handler, int position) const {
  const auto found = attempts_.find({handler, position});
  if (found == attempts_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

bool Model::is_opaque(int handler) const {
  return refinement_.level(vocabulary_.handlers.text(handler)) == HandlerLevel::kOpaque;
}

bool Model::by_attempts(int handler) const {
  return refinement_.level(vocabulary_.handlers.text(handler)) ==
         HandlerLevel::kByAttempts;
}

bool Model::edge_matches(const HandlerTree& tree, int tree_number, int node,
                         const Edge& edge, size_t index, int label) const {
  const std::vector<int>& seen = edge.raw[index];
  if (std::find(seen.begin(), seen.end(), label) != seen.end()) return true;
  const TreeNode& from = tree.nodes[static_cast<size_t>(node)];
  const auto point = static_cast<size_t>(from.action->calls[index]);
  const int base = vocabulary_.base_of_point[point];
  if (!one_kind(tree, tree_number, base, label, seen.front())) return false;
  return !may_pass_on(tree, edge, index) || status_of(label) == status_of(seen.front());
}

std::string Model::status_of(int label) const {
  const std::string& text = vocabulary_.labels.text(coarse(label));
  return text.starts_with("status:") ? text : "";
}

/// Did the handler answer with the very status it got, and was no other status tried
/// here?
bool Model::may_pass_on(const HandlerTree& tree, const Edge& edge, size_t index) const {
  const TreeNode& to = tree.nodes[static_cast<size_t>(edge.target)];
  if (edge.raw[index].size() > 1 || !to.action || !to.action->answers) return false;
  const std::string got = status_of(edge.raw[index].front());
  return !got.empty() && got == status_of(to.action->answer);
}

std::optional<int> Model::passed_on(const HandlerTree& tree, int tree_number, int node,
                                    int label) const {
  const TreeNode& from = tree.nodes[static_cast<size_t>(node)];
  const std::string status = status_of(label);
  if (from.action->calls.size() != 1 || status.empty()) return std::nullopt;
  const int base =
      vocabulary_.base_of_point[static_cast<size_t>(from.action->calls.front())];
  for (const Edge& edge : from.edges) {
    if (edge_matches(tree, tree_number, node, edge, 0, label)) return std::nullopt;
  }
  for (const Edge& edge : from.edges) {
    const int seen = edge.raw[0].front();
    if (!one_kind(tree, tree_number, base, label, seen) || !may_pass_on(tree, edge, 0))
      continue;
    const int answer = tree.nodes[static_cast<size_t>(edge.target)].action->answer;
    // Only where nothing but the status makes the answer (no body, no outcome that reads
    // it).
    const std::string rest =
        vocabulary_.labels.text(answer).substr(status_of(answer).size());
    if (trim(rest).empty()) return vocabulary_.labels.of(status + rest);
  }
  return std::nullopt;
}

bool Model::one_kind(const HandlerTree& tree, int tree_number, int base, int label,
                     int other) const {
  if (classes_.representative(tree_number, base, label) ==
      classes_.representative(tree_number, base, other)) {
    return true;
  }
  if (made_without_faults_.count({tree.handler, base}) > 0) return false;
  const auto failed_status = [this](int number) {
    const std::string& text = vocabulary_.labels.text(number);
    return text.starts_with("status:4") || text.starts_with("status:5");
  };
  const auto observed = [this, tree_number, base](int number) {
    return classes_.is_observed(tree_number, base, number);
  };
  return failed_status(label) && failed_status(other) &&
         !(observed(label) && observed(other));
}

}  // namespace cutset::campaign
