#include "campaign/model.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::campaign {

namespace {

/// Do two answers differ in nothing but their bodies?
bool only_bodies_differ(const std::string& a, const std::string& b) {
  const auto without_body = [](const std::string& label) {
    const size_t slash = label.find('/');
    if (slash == std::string::npos) return label;
    const size_t blank = label.find(' ', slash);
    return label.substr(0, slash) +
           (blank == std::string::npos ? "" : label.substr(blank));
  };
  return a != b && without_body(a) == without_body(b);
}

}  // namespace

std::vector<WrongPrediction> Model::learn(const ExperimentResult& result,
                                          Verdict verdict) {
  results_.push_back(result);
  verdicts_.push_back(verdict);
  std::vector<WrongPrediction> wrong;
  RunView view = view_of(result, verdict, refinement_, unordered_, vocabulary_);
  const size_t size_before = raw_.size();
  const auto identity_class = [](int, int, int label) { return label; };
  const std::optional<Contradiction> contradiction =
      learn_view(raw_, view, identity_class);
  if (contradiction) {
    wrong.push_back(refine(*contradiction));
    rebuild(wrong);
    return wrong;
  }
  views_.push_back(std::move(view));
  note_facts(result, views_.back());
  if (raw_.size() != size_before) merge_trees(false);
  return wrong;
}

void Model::fix_concurrency() {
  for (const ExperimentResult& result : results_) {
    const Siblings found = unordered_siblings(result.execution);
    unordered_.insert(found.begin(), found.end());
  }
  std::vector<WrongPrediction> ignored;
  rebuild(ignored);  // with unordered siblings as one child
  concurrency_ = Concurrency::of(views_, vocabulary_);
  rebuild(ignored);
}

std::optional<Contradiction> Model::learn_view(HandlerTrees& trees, const RunView& view,
                                               const HandlerTrees::Classes& classes) {
  for (const InvocationView& invocation : view.invocations) {
    if (invocation.shows_rules && by_attempts(invocation.handler)) {
      attempts_[{invocation.handler, invocation.position}].insert(
          invocation.attempts_before);
    }
    if (!invocation.shows_rules || is_opaque(invocation.handler)) continue;
    const int number =
        tree_number(invocation.handler, invocation.position, invocation.attempts_before);
    if (auto contradiction =
            trees.learn(number, invocation, vocabulary_, concurrency_, classes)) {
      return contradiction;
    }
  }
  return std::nullopt;
}

WrongPrediction Model::refine(const Contradiction& contradiction) {
  const std::string handler = vocabulary_.handlers.text(contradiction.handler);
  WrongPrediction wrong;
  wrong.handler = handler;
  for (const auto& [point, label] : contradiction.history) {
    wrong.after.push_back(vocabulary_.points.text(point) + " = " +
                          vocabulary_.labels.text(label));
  }
  wrong.expected = action_text(contradiction.expected);
  wrong.found = action_text(contradiction.found);

  const HandlerLevel level = refinement_.level(handler);
  const BodyUse body = refinement_.body(handler);
  const bool bodies_only =
      contradiction.expected.answers && contradiction.found.answers &&
      only_bodies_differ(vocabulary_.labels.text(contradiction.expected.answer),
                         vocabulary_.labels.text(contradiction.found.answer));
  if (bodies_only && level >= HandlerLevel::kByPosition && body != BodyUse::kNone) {
    refinement_.bodies[handler] =
        body == BodyUse::kExact ? BodyUse::kShape : BodyUse::kNone;
    // The finer level may only have been needed because of the bodies.
    refinement_.levels.erase(handler);
    wrong.remedy = body == BodyUse::kExact
                       ? "its bodies vary: compared without numbers and generated names"
                       : "its bodies vary: compared by status only";
    return wrong;
  }
  CHECK(level != HandlerLevel::kOpaque);
  if (level == HandlerLevel::kByPosition) {
    // Before anything else time is suspected: how long its callees took.
    std::set<std::string> callees;
    for (const auto& [point, label] : contradiction.history) {
      const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
      const int callee = vocabulary_.handler_of_base[static_cast<size_t>(base)];
      const std::string& name = vocabulary_.handlers.text(callee);
      if (refinement_.durations.insert(name).second) callees.insert(name);
    }
    if (!callees.empty()) {
      refinement_.levels.erase(handler);
      wrong.remedy = "slow answers of " + join({callees.begin(), callees.end()}, ", ") +
                     " are told from quick ones";
      return wrong;
    }
  }
  const auto next = static_cast<HandlerLevel>(static_cast<int>(level) + 1);
  refinement_.levels[handler] = next;
  wrong.remedy = fmt::format("its rules are split: {}", level_name(next));
  return wrong;
}

void Model::rebuild(std::vector<WrongPrediction>& wrong) {
  const auto identity_class = [](int, int, int label) { return label; };
  while (true) {
    raw_.clear();
    views_.clear();
    attempts_.clear();
    judged_.clear();
    multiplicity_.clear();
    std::optional<Contradiction> contradiction;
    for (size_t i = 0; i < results_.size() && !contradiction; ++i) {
      views_.push_back(
          view_of(results_[i], verdicts_[i], refinement_, unordered_, vocabulary_));
      contradiction = learn_view(raw_, views_.back(), identity_class);
      note_facts(results_[i], views_.back());
    }
    if (!contradiction) break;
    wrong.push_back(refine(*contradiction));
  }
  merge_trees(true);
}

void Model::merge_trees(bool from_scratch) {
  const auto filed = [this](int tree, int base, int label) {
    return classes_.representative(tree, base, label);
  };
  while (true) {
    const LabelClasses before = classes_;
    classes_.compute(raw_, vocabulary_, effectful_);
    const bool all_again = from_scratch || !(classes_ == before);
    std::optional<Contradiction> contradiction;
    if (all_again) {
      merged_.clear();
      for (const RunView& view : views_) {
        contradiction = learn_view(merged_, view, filed);
        if (contradiction) break;
      }
    } else {
      contradiction = learn_view(merged_, views_.back(), filed);
    }
    if (!contradiction) return;
    // Two labels were filed as one kind and turn out to differ further on.
    const HandlerTree& tree = merged_.trees().at(contradiction->tree);
    bool separated = false;
    int child = contradiction->node;
    for (size_t i = contradiction->history.size(); i > 0 && !separated;) {
      const int parent = tree.nodes[static_cast<size_t>(child)].parent;
      const TreeNode& node = tree.nodes[static_cast<size_t>(parent)];
      const auto edge =
          std::find_if(node.edges.begin(), node.edges.end(),
                       [child](const Edge& e) { return e.target == child; });
      for (size_t j = edge->labels.size(); j > 0; --j) {
        const auto& [point, label] = contradiction->history[--i];
        const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
        for (const int other : edge->raw[j - 1]) {
          if (other != label) {
            separated =
                classes_.separate(contradiction->tree, base, label, other) || separated;
          }
        }
      }
      child = parent;
    }
    CHECK(separated);
    from_scratch = true;
  }
}

std::string Model::action_text(const Action& action) const {
  if (action.answers) return "answers " + vocabulary_.labels.text(action.answer);
  std::vector<std::string> calls;
  for (const int point : action.calls) calls.push_back(vocabulary_.points.text(point));
  return "calls " + join(calls, " and ");
}

}  // namespace cutset::campaign
