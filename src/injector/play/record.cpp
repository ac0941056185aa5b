#include "injector/play/record.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;
using Kind = v1::StepEvent;

void first(std::optional<int64_t>& time, int64_t utc_ns) {
  if (!time || utc_ns < *time) time = utc_ns;
}
void last(std::optional<int64_t>& time, int64_t utc_ns) {
  if (!time || utc_ns > *time) time = utc_ns;
}

/// Adds `text` to what other hosts said, once.
void also(std::string& all, const std::string& text) {
  if (text.empty() || all.find(text) != std::string::npos) return;
  if (!all.empty()) all += "; ";
  all += text;
}

struct Fired {
  size_t steps = 0;
  int64_t first_ns = 0;
  int64_t last_ns = 0;
};

void note_event(const PlayEvent& event, ActionRecord& record, Fired& fired) {
  const v1::StepEvent& step = event.event;
  record.error_ns = std::max(record.error_ns, event.error_ns);
  record.hits = std::max(record.hits, step.hits());
  switch (step.kind()) {
    case Kind::ARMED:
      first(record.armed_ns, event.utc_ns);
      break;
    case Kind::TRIGGERED:
      first(record.triggered_ns, event.utc_ns);
      also(record.triggered_on, step.detail());
      break;
    case Kind::FIRED:
      first(record.fired_ns, event.utc_ns);
      also(record.fired_on, step.detail());
      if (fired.steps == 0) fired.first_ns = event.utc_ns;
      fired.last_ns = event.utc_ns;
      ++fired.steps;
      break;
    case Kind::VERIFIED:
      first(record.verified_ns, event.utc_ns);
      also(record.verified_by, step.detail());
      break;
    case Kind::UNDONE:
      last(record.undone_ns, event.utc_ns);
      break;
    case Kind::FAILED:
      also(record.error, step.error().empty() ? "failed" : step.error());
      break;
    case Kind::NOT_REACHED:
      also(record.error, step.error());
      break;
    case Kind::OUTPUT:
      record.output += step.detail();
      record.exit_code = step.exit_code();
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view fate_name(Fate fate) {
  switch (fate) {
    case Fate::kFired:
      return "fired";
    case Fate::kNotReached:
      return "not_reached";
    case Fate::kFailed:
      return "failed";
  }
  return "?";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFired:
      return "fired";
    case Verdict::kInconclusive:
      return "inconclusive";
    case Verdict::kStopped:
      return "stopped";
    case Verdict::kRefused:
      return "refused";
  }
  return "?";
}

std::string_view kind_name(v1::StepEvent::Kind kind) {
  switch (kind) {
    case Kind::ARMED:
      return "armed";
    case Kind::TRIGGERED:
      return "triggered";
    case Kind::FIRED:
      return "fired";
    case Kind::VERIFIED:
      return "verified";
    case Kind::UNDONE:
      return "undone";
    case Kind::FAILED:
      return "failed";
    case Kind::NOT_REACHED:
      return "not_reached";
    case Kind::OUTPUT:
      return "output";
    case Kind::INSTANCE_STARTED:
      return "instance_started";
    case Kind::INSTANCE_ENDED:
      return "instance_ended";
    default:
      return "note";
  }
}

void merge_events(std::vector<PlayEvent>& events) {
  std::stable_sort(events.begin(), events.end(),
                   [](const PlayEvent& one, const PlayEvent& other) {
                     return one.utc_ns < other.utc_ns;
                   });
}

std::vector<ActionRecord> judge_actions(const CompiledPlan& plan,
                                        const std::vector<PlayEvent>& events,
                                        int64_t barrier_utc_ns) {
  std::map<StepPlace, size_t> of_step;
  std::map<StepPlace, size_t> follows;
  std::vector<ActionRecord> records;
  for (const CompiledAction& action : plan.actions) {
    const size_t index = records.size();
    for (const StepPlace& place : action.steps) of_step[place] = index;
    for (const StepPlace& place : action.followed) follows[place] = index;
    if (action.request > 0) of_step[{action.request_host, action.id}] = index;
    records.emplace_back().action = action;
  }
  std::vector<Fired> fired(records.size());
  std::vector<bool> failed(records.size());
  for (const PlayEvent& event : events) {
    const StepPlace place{event.host, event.event.step()};
    const bool failure = event.event.kind() == Kind::FAILED;
    if (const auto found = of_step.find(place); found != of_step.end()) {
      note_event(event, records[found->second], fired[found->second]);
      if (failure) failed[found->second] = true;
    }
    const auto followed = follows.find(place);
    if (followed == follows.end()) continue;
    ActionRecord& record = records[followed->second];
    if (failure) {
      failed[followed->second] = true;
      also(record.error, event.event.error());
    }
    // The restart undoes a crash.
    if (event.event.kind() == Kind::FIRED) last(record.undone_ns, event.utc_ns);
  }
  for (size_t i = 0; i < records.size(); ++i) {
    ActionRecord& record = records[i];
    const size_t needed =
        record.action.steps.size() + (record.action.request > 0 ? 1 : 0);
    if (failed[i]) {
      record.fate = Fate::kFailed;
    } else if (fired[i].steps >= needed) {
      record.fate = Fate::kFired;
    }
    record.spread_ns = fired[i].last_ns - fired[i].first_ns;
    if (record.action.due_ns && record.fired_ns && barrier_utc_ns > 0 &&
        record.action.request == 0 && !record.action.waits) {
      record.late_ns = *record.fired_ns - barrier_utc_ns - *record.action.due_ns;
    }
  }
  return records;
}

}  // namespace cutset::injector::play
