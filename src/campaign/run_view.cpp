#include "campaign/run_view.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::campaign {

namespace {

using lineage::Call;
using lineage::Execution;

/// Position of each call: its identity, with "#*" where siblings are unordered.
std::vector<std::string> positions_of(
    const Execution& execution,
    const std::set<std::pair<std::string, std::string>>& unordered) {
  std::vector<std::string> positions;
  for (const Call& call : execution.calls) {
    const identity::Point& point = call.id.points.back();
    if (call.parent < 0) {
      positions.push_back(point.text());
      continue;
    }
    const auto parent = static_cast<size_t>(call.parent);
    const std::string base = point.text_without_ordinal();
    const bool group =
        unordered.count({handler_name(execution.calls[parent].id.points.back()), base}) >
        0;
    positions.push_back(positions[parent] + " > " + (group ? base + "#*" : point.text()));
  }
  return positions;
}

/// The entry's answer also carries how the outcomes judged it: what an outcome reads in
/// the body counts even where the body as a whole is volatile.
std::string entry_label(const ExperimentResult& result, const Call& entry,
                        const Refinement& refinement) {
  std::string label =
      answer_label(entry.seen, handler_name(entry.id.points.back()), refinement) + " ";
  for (const OutcomeResult& outcome : result.outcomes) {
    if (outcome.from_answer)
      label += outcome.state == OutcomeResult::State::kHeld ? '+' : '-';
  }
  return label;
}

int64_t callee_duration(const Call& call) {
  return (call.answered_ns != 0 ? call.answered_ns : call.end_ns) - call.start_ns;
}

/// What the callee answered, whether or not its caller got to see it.
std::string callee_label(const Call& call, const Refinement& refinement) {
  const std::string handler = handler_name(call.id.points.back());
  // Without an answer the caller gave up on a held call before the callee was done.
  if (call.fault && !call.answered) return "timeout";
  const lineage::Answer& answer = call.answered ? *call.answered : call.seen;
  std::string label = answer_label(answer, handler, refinement);
  if (refinement.durations.count(handler) > 0 &&
      answer.kind == lineage::Answer::Kind::kStatus) {
    label += duration_label(callee_duration(call));
  }
  return label;
}

std::string seen_label(const Call& call, const Refinement& refinement) {
  if (!call.fault) return callee_label(call, refinement);
  // A caller that gave up cannot tell a late answer from none.
  if (call.seen.kind == lineage::Answer::Kind::kTimeout) return "timeout";
  if (!waits_for_callee(*call.fault)) return fault_label(*call.fault);
  return after_callee(fault_label(*call.fault), callee_label(call, refinement));
}

class ViewBuilder {
 public:
  ViewBuilder(const ExperimentResult& result, const Refinement& refinement,
              const std::set<std::pair<std::string, std::string>>& unordered,
              Vocabulary& vocabulary)
      : result_(result),
        refinement_(refinement),
        positions_(positions_of(result.execution, unordered)),
        vocabulary_(vocabulary) {}

  RunView build(Verdict verdict) {
    const std::vector<Call>& calls = result_.execution.calls;
    for (size_t i = 0; i < calls.size(); ++i) {
      // Only the first entry is the workload's; further entries are not part of its
      // lineage.
      if (calls[i].parent < 0 && i > 0) {
        invocation_of_.push_back(-1);
        continue;
      }
      add(i);
    }
    count_effects();
    view_.fired = fired_faults(result_);
    std::sort(view_.delivered.begin(), view_.delivered.end());
    view_.delivered.erase(std::unique(view_.delivered.begin(), view_.delivered.end()),
                          view_.delivered.end());
    view_.verdict = verdict;
    return std::move(view_);
  }

 private:
  /// Effects count by what was answered, without bodies and durations.
  void count_effects() {
    for (const int number : effectful_) {
      const InvocationView& invocation = view_.invocations[static_cast<size_t>(number)];
      const std::string& answer = vocabulary_.labels.text(invocation.answer);
      std::string label = answer.substr(0, answer.find_first_of("/ "));
      if (label == "timeout" && !invocation.children.empty()) {
        const ChildView& last = invocation.children.back();
        label = unanswered_label(vocabulary_.points.text(last.point),
                                 vocabulary_.labels.text(last.label));
      }
      ++view_.effects[{invocation.handler, vocabulary_.labels.of(label)}];
    }
  }

  void add(size_t index) {
    const Call& call = result_.execution.calls[index];
    if (call.parent >= 0 && invocation_of_[static_cast<size_t>(call.parent)] < 0) {
      invocation_of_.push_back(-1);
      return;
    }
    const int number = static_cast<int>(view_.invocations.size());
    invocation_of_.push_back(number);
    InvocationView invocation;
    invocation.position = vocabulary_.positions.of(positions_[index]);
    invocation.handler = vocabulary_.handlers.of(handler_name(call.id.points.back()));
    invocation.executed = call.executed || call.parent < 0;
    invocation.shows_rules = invocation.executed || !call.fault;
    invocation.answer =
        vocabulary_.labels.of(call.parent < 0 ? entry_label(result_, call, refinement_)
                                              : callee_label(call, refinement_));
    if (call.parent >= 0) {
      const int parent = invocation_of_[static_cast<size_t>(call.parent)];
      invocation.attempts_before = attempts_before(parent, call);
      view_.invocations.push_back(std::move(invocation));
      add_child(parent, number, call, positions_[index]);
    } else {
      view_.invocations.push_back(std::move(invocation));
    }
    if (!call.fault && call.parent >= 0) view_.delivered.push_back(positions_[index]);
    if (call.effectful && call.executed) effectful_.push_back(number);
  }

  std::vector<int> attempts_before(int parent, const Call& call) {
    const int point = vocabulary_.point(call.id.points.back());
    const int base = vocabulary_.base_of_point[static_cast<size_t>(point)];
    std::vector<int> attempts;
    for (const ChildView& child :
         view_.invocations[static_cast<size_t>(parent)].children) {
      if (vocabulary_.base_of_point[static_cast<size_t>(child.point)] != base) continue;
      const InvocationView& earlier =
          view_.invocations[static_cast<size_t>(child.members.front())];
      attempts.push_back(earlier.executed ? earlier.answer : -1);
    }
    return attempts;
  }

  void add_child(int parent, int number, const Call& call, const std::string& position) {
    identity::Point local = call.id.points.back();
    if (position.ends_with("#*")) local.ordinal = 0;
    const int point = vocabulary_.point(local);
    const int label = vocabulary_.labels.of(seen_label(call, refinement_));
    std::vector<ChildView>& children =
        view_.invocations[static_cast<size_t>(parent)].children;
    const auto same =
        std::find_if(children.begin(), children.end(),
                     [point](const ChildView& c) { return c.point == point; });
    if (same == children.end()) {
      children.push_back({point, label, call.start_ns, call.end_ns, {number}});
      return;
    }
    CHECK(local.ordinal == 0);
    same->members.push_back(number);
    same->end_ns = std::max(same->end_ns, call.end_ns);
    same->label = merged_label(same->label, label);
  }

  /// Several unordered siblings that fared differently have the label of all, sorted.
  int merged_label(int before, int added) {
    if (before == added) return before;
    std::vector<std::string> parts = {vocabulary_.labels.text(before),
                                      vocabulary_.labels.text(added)};
    std::sort(parts.begin(), parts.end());
    return vocabulary_.labels.of(parts[0] + " & " + parts[1]);
  }

  const ExperimentResult& result_;
  const Refinement& refinement_;
  std::vector<std::string> positions_;
  Vocabulary& vocabulary_;
  RunView view_;
  std::vector<int> invocation_of_;  // by call
  std::vector<int> effectful_;      // invocations that were executed
};

}  // namespace

int Vocabulary::point(const identity::Point& point) {
  const int number = points.of(point.text());
  if (static_cast<size_t>(number) == base_of_point.size()) {
    const int base = bases.of(point.text_without_ordinal());
    base_of_point.push_back(base);
    if (static_cast<size_t>(base) == handler_of_base.size()) {
      handler_of_base.push_back(handlers.of(handler_name(point)));
    }
  }
  return number;
}

std::string handler_name(const identity::Point& point) {
  return point.callee + ":" + point.signature;
}

std::set<std::pair<std::string, std::string>> unordered_siblings(
    const Execution& execution) {
  std::set<std::pair<std::string, std::string>> found;
  std::map<std::pair<int, std::string>, int64_t> latest_end;
  for (const Call& call : execution.calls) {
    if (call.parent < 0) continue;
    const std::string base = call.id.points.back().text_without_ordinal();
    const auto [entry, first] = latest_end.try_emplace({call.parent, base}, call.end_ns);
    if (!first && call.start_ns < entry->second) {
      const Call& parent = execution.calls[static_cast<size_t>(call.parent)];
      found.insert({handler_name(parent.id.points.back()), base});
    }
    entry->second = std::max(entry->second, call.end_ns);
  }
  return found;
}

RunView view_of(const ExperimentResult& result, Verdict verdict,
                const Refinement& refinement,
                const std::set<std::pair<std::string, std::string>>& unordered,
                Vocabulary& vocabulary) {
  return ViewBuilder(result, refinement, unordered, vocabulary).build(verdict);
}

}  // namespace cutset::campaign
