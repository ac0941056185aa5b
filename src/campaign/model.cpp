#include "campaign/model.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::campaign {

namespace {

/// The largest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is not
/// more than 5 % above the measured time: timers fire late, never early, so 199, 203 and
/// 235 ms are the same 200 ms in every campaign.
int rounded_ms(double milliseconds) {
  static constexpr double kSteps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
  const double measured = milliseconds * 1.05;
  if (measured < 1) return 1;
  const double scale = std::pow(10.0, std::floor(std::log10(measured)));
  double best = scale;
  for (const double step : kSteps) {
    if (step * scale <= measured) best = step * scale;
  }
  return static_cast<int>(std::lround(best));
}

std::string attempts_text(const std::vector<int>& attempts) {
  std::string text;
  for (const int attempt : attempts) text += fmt::format("[{}]", attempt);
  return text;
}

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

void Model::note_facts(const ExperimentResult& result, const RunView& view) {
  Judged fresh{view.verdict, false};
  const auto [entry, first] =
      judged_.try_emplace({view.invocations.front().answer, view.effects}, fresh);
  if (!first && entry->second.verdict != view.verdict) entry->second.ambiguous = true;
  size_t after = 0;
  for (const InvocationView& invocation : view.invocations) {
    const auto known =
        std::find(arrival_order_.begin(), arrival_order_.end(), invocation.position);
    if (known != arrival_order_.end()) {
      after = static_cast<size_t>(known - arrival_order_.begin()) + 1;
    } else {
      arrival_order_.insert(arrival_order_.begin() + static_cast<long>(after),
                            invocation.position);
      ++after;
    }
  }
  for (const InvocationView& invocation : view.invocations) {
    for (const ChildView& child : invocation.children) {
      if (view.fired.empty()) {
        const int base = vocabulary_.base_of_point[static_cast<size_t>(child.point)];
        made_without_faults_.insert({invocation.handler, base});
      }
      const int position =
          view.invocations[static_cast<size_t>(child.members.front())].position;
      int& count = multiplicity_[position];
      count = std::max(count, static_cast<int>(child.members.size()));
    }
  }
  for (const lineage::Call& call : result.execution.calls) {
    const int point = vocabulary_.point(call.id.points.back());
    const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
    const int handler = vocabulary_.handler_of_base[static_cast<size_t>(base)];
    if (call.effectful) effectful_.insert(handler);
    const bool gave_up =
        call.seen.kind == lineage::Answer::Kind::kTimeout && !call.unfinished;
    if (call.parent < 0 || !gave_up) continue;
    const lineage::Call& parent =
        result.execution.calls[static_cast<size_t>(call.parent)];
    const int caller = vocabulary_.handlers.of(handler_name(parent.id.points.back()));
    const double waited = static_cast<double>(call.end_ns - call.start_ns) / 1e6;
    patience_ms_.try_emplace({caller, base}, rounded_ms(waited));
  }
}

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

std::vector<Model::SeenCall> Model::calls_below(int position) const {
  const std::string prefix = vocabulary_.positions.text(position) + " > ";
  std::set<SeenCall> calls;
  for (const RunView& view : views_) {
    for (const InvocationView& invocation : view.invocations) {
      for (const ChildView& child : invocation.children) {
        const int below =
            view.invocations[static_cast<size_t>(child.members.front())].position;
        const std::string& text = vocabulary_.positions.text(below);
        if (!text.starts_with(prefix)) continue;
        const int base = vocabulary_.base_of_point[static_cast<size_t>(child.point)];
        calls.insert({below, base, invocation.handler});
      }
    }
  }
  return {calls.begin(), calls.end()};
}

bool Model::may_change_state(int handler) const {
  std::set<int> visited;
  std::vector<int> pending{handler};
  while (!pending.empty()) {
    const int current = pending.back();
    pending.pop_back();
    if (!visited.insert(current).second) continue;
    if (is_effectful(current) || is_opaque(current) || by_attempts(current)) return true;
    bool seen = false;
    for (const auto& [number, tree] : raw_.trees()) {
      if (tree.handler != current) continue;
      seen = true;
      for (const TreeNode& node : tree.nodes) {
        if (!node.action) continue;
        for (const int point : node.action->calls) {
          const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
          pending.push_back(vocabulary_.handler_of_base[static_cast<size_t>(base)]);
        }
      }
    }
    if (!seen) return true;
  }
  return false;
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

int Model::coarse(int label) const {
  const std::string& text = vocabulary_.labels.text(label);
  const size_t end = text.find_first_of("/ ");
  if (end == std::string::npos) return label;
  return vocabulary_.labels.of(text.substr(0, end));
}

int Model::multiplicity(int position) const {
  const auto found = multiplicity_.find(position);
  return found == multiplicity_.end() ? 1 : found->second;
}

std::string Model::shown_by(const identity::FaultMode& mode, int caller_handler,
                            int base) const {
  const std::optional<int> waits = patience(caller_handler, base);
  const bool gives_up =
      mode.action == identity::FaultAction::kDelay && waits && mode.milliseconds > *waits;
  return gives_up ? "timeout" : fault_label(mode);
}

std::optional<int> Model::patience(int caller_handler, int base) const {
  const auto found = patience_ms_.find({caller_handler, base});
  if (found == patience_ms_.end()) return std::nullopt;
  return found->second;
}

std::string Model::action_text(const Action& action) const {
  if (action.answers) return "answers " + vocabulary_.labels.text(action.answer);
  std::vector<std::string> calls;
  for (const int point : action.calls) calls.push_back(vocabulary_.points.text(point));
  return "calls " + join(calls, " and ");
}

}  // namespace cutset::campaign
