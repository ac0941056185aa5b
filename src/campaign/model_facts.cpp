// What a model notes of runs beside the rules: how they ended, in which order calls came,
// which operations have effects, how long callers wait.
#include <algorithm>
#include <cmath>

#include "campaign/model.h"

namespace cutset::campaign {

namespace {

/// The largest of 1, 1.5, 2, 3, 5, 8 times a power of ten that is not more than 28 %
/// above the measured time, so that 165, 199, 203 and 230 ms are the same 200 ms in every
/// campaign. On a busy machine a proxy sees a request late, and the time that its caller
/// waits seems shorter than it is; timers fire late as well, but less so. delay_beyond()
/// of a step is longer than everything that is rounded to it.
int rounded_ms(double milliseconds) {
  static constexpr double kSteps[] = {1, 1.5, 2, 3, 5, 8, 10};
  constexpr double kLowest = 0.78;  // of a step
  const double measured = milliseconds / kLowest;
  if (measured < 1) return 1;
  const double scale = std::pow(10.0, std::floor(std::log10(measured)));
  double best = scale;
  for (const double step : kSteps) {
    if (step * scale <= measured) best = step * scale;
  }
  return static_cast<int>(std::lround(best));
}

}  // namespace

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

}  // namespace cutset::campaign
