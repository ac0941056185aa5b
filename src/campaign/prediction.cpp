#include "campaign/prediction.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::campaign {

namespace {

constexpr int kUnknown = -1;
constexpr int kDeepest = 64;

class Simulation {
 public:
  Simulation(const Model& model, const FaultSet& faults) : model_(model) {
    for (const Fault& fault : faults) faults_[model.position(fault.event)] = &fault;
  }

  Prediction run() {
    if (model_.runs().empty()) {
      prediction_.unknown = "nothing was observed yet";
      return std::move(prediction_);
    }
    const InvocationView& entry = model_.runs().front().invocations.front();
    const int answer = invoke(entry.handler, entry.position, {}, 1, 0);
    prediction_.met = make_fault_set(std::move(met_));
    if (answer == kUnknown || !prediction_.unknown.empty()) return std::move(prediction_);
    prediction_.answer = answer;
    const auto judged = model_.judged().find({answer, prediction_.effects});
    if (judged != model_.judged().end()) prediction_.judged = judged->second;
    return std::move(prediction_);
  }

 private:
  int unknown(std::string why) {
    if (prediction_.unknown.empty()) prediction_.unknown = std::move(why);
    return kUnknown;
  }

  /// What the callee answers; counts effects. `copies`: unordered siblings.
  int invoke(int handler, int position, const std::vector<int>& attempts, int copies,
             int depth) {
    const Vocabulary& vocabulary = model_.vocabulary();
    const std::string& name = vocabulary.handlers.text(handler);
    if (model_.is_opaque(handler))
      return unknown(name + " follows no rules that were found");
    const int number = model_.tree_number(handler, position, attempts);
    const HandlerTree* tree = model_.tree(handler, position, attempts);
    if (tree == nullptr || depth > kDeepest)
      return unknown(name + " was not seen in this place");
    std::vector<std::string> history;
    std::vector<std::pair<int, int>> shown;
    std::map<int, std::vector<int>> attempts_of_base;
    int node = 0;
    while (true) {
      const TreeNode& here = tree->nodes[static_cast<size_t>(node)];
      if (!here.action) return unknown(name + " after " + join(history, ", "));
      if (here.action->answers) {
        const int answer = here.action->answer;
        count_effect(handler, answer, shown, copies);
        std::sort(shown.begin(), shown.end());
        prediction_.views.push_back({position, std::move(shown), answer});
        return answer;
      }
      std::vector<int> labels;
      for (const int point : here.action->calls) {
        const int label = call(handler, position, point, attempts_of_base, copies, depth);
        if (label == kUnknown) return kUnknown;
        labels.push_back(label);
        shown.emplace_back(point, label);
        history.push_back(vocabulary.points.text(point) + " = " +
                          vocabulary.labels.text(label));
      }
      const auto edge =
          std::find_if(here.edges.begin(), here.edges.end(), [&](const Edge& e) {
            for (size_t i = 0; i < labels.size(); ++i) {
              if (!model_.edge_matches(*tree, number, node, e, i, labels[i]))
                return false;
            }
            return true;
          });
      if (edge != here.edges.end()) {
        node = edge->target;
        continue;
      }
      const std::optional<int> passed_on =
          labels.size() == 1 ? model_.passed_on(*tree, number, node, labels[0])
                             : std::nullopt;
      if (!passed_on) return unknown(name + " after " + join(history, ", "));
      count_effect(handler, *passed_on, shown, copies);
      std::sort(shown.begin(), shown.end());
      prediction_.views.push_back({position, std::move(shown), *passed_on});
      return *passed_on;
    }
  }

  /// What the caller sees of one child.
  int call(int caller, int parent, int point,
           std::map<int, std::vector<int>>& attempts_of_base, int copies, int depth) {
    const Vocabulary& vocabulary = model_.vocabulary();
    const int position = model_.position(vocabulary.positions.text(parent) + " > " +
                                         vocabulary.points.text(point));
    const int base = vocabulary.base_of_point[static_cast<size_t>(point)];
    const int handler = vocabulary.handler_of_base[static_cast<size_t>(base)];
    std::vector<int>& attempts = attempts_of_base[base];
    prediction_.calls.push_back(position);
    const auto planned = faults_.find(position);
    const Fault* fault = planned == faults_.end() ? nullptr : planned->second;
    if (fault != nullptr) met_.push_back(*fault);
    int answer = kUnknown;
    if (fault == nullptr || fault->mode.callee_works()) {
      answer = invoke(handler, position, attempts, copies * model_.multiplicity(position),
                      depth + 1);
      if (answer == kUnknown) return kUnknown;
    }
    attempts.push_back(answer);
    if (fault == nullptr) return answer;
    const std::string label = model_.shown_by(fault->mode, caller, base);
    if (!waits_for_callee(fault->mode)) return model_.label(label);
    return model_.label(after_callee(label, vocabulary.labels.text(answer)));
  }

  void count_effect(int handler, int answer,
                    const std::vector<std::pair<int, int>>& shown, int copies) {
    if (!model_.is_effectful(handler)) return;
    const Vocabulary& vocabulary = model_.vocabulary();
    int label = model_.coarse(answer);
    if (vocabulary.labels.text(label) == "timeout" && !shown.empty()) {
      label = model_.label(unanswered_label(vocabulary.points.text(shown.back().first),
                                            vocabulary.labels.text(shown.back().second)));
    }
    // A callee that nobody could reach did nothing.
    if (model_.vocabulary().labels.text(label) == "refused") return;
    prediction_.effects[{handler, label}] += copies;
  }

  const Model& model_;
  std::map<int, const Fault*> faults_;
  std::vector<Fault> met_;
  Prediction prediction_;
};

}  // namespace

Prediction predict(const Model& model, const FaultSet& faults) {
  return Simulation(model, faults).run();
}

int observed_run(const Model& model, const FaultSet& faults) {
  for (size_t i = 0; i < model.runs().size(); ++i) {
    const RunView& run = model.runs()[i];
    const bool provoked =
        std::includes(faults.begin(), faults.end(), run.fired.begin(), run.fired.end());
    const bool untouched =
        std::none_of(faults.begin(), faults.end(), [&run](const Fault& fault) {
          return std::binary_search(run.delivered.begin(), run.delivered.end(),
                                    fault.event);
        });
    if (provoked && untouched) return static_cast<int>(i);
  }
  return -1;
}

int equivalent_run(const Model& model, const FaultSet& faults) {
  const Prediction predicted = predict(model, faults);
  if (!predicted.known()) return -1;
  for (size_t i = 0; i < model.runs().size(); ++i) {
    const RunView& run = model.runs()[i];
    if (run.effects != predicted.effects) continue;
    std::map<int, const InvocationView*> invocations;
    for (const InvocationView& invocation : run.invocations) {
      if (invocation.shows_rules) invocations[invocation.position] = &invocation;
    }
    const bool same = std::all_of(
        predicted.views.begin(), predicted.views.end(),
        [&](const Prediction::LocalView& view) {
          const auto found = invocations.find(view.position);
          if (found == invocations.end() || found->second->answer != view.answer)
            return false;
          std::vector<std::pair<int, int>> children;
          for (const ChildView& child : found->second->children) {
            children.emplace_back(child.point, child.label);
          }
          std::sort(children.begin(), children.end());
          return children == view.children;
        });
    if (same) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace cutset::campaign
