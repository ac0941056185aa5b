// What the executor does with the fault of one step: prepare, apply, verify, undo.
#include <algorithm>

#include <fmt/format.h>

#include "agent/faults/undo_table.h"
#include "agent/plan/body.h"
#include "agent/plan/executor.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

using v1::Step;
using v1::StepEvent;

// Requires: run.work is held. After an error nothing is written down any more.
Status Executor::prepare(StepRun& run) {
  if (WaitingFault* waiting = run.fault->waiting(); waiting != nullptr)
    waiting->set_on_hit([this, &run](const std::string& on_what) { hit(run, on_what); });
  CUTSET_ASSIGN(const std::vector<UndoRecord> wanted, run.fault->prepare());
  for (const UndoRecord& record : wanted) {
    const Result<uint64_t> number = intents_.write(record);
    if (!number.ok()) {
      (void)undo_fault(run);
      return Error::unavailable(fmt::format(
          "what undoing it needs cannot be written down, so it is not made: {}",
          number.error().text()));
    }
    run.records.push_back({*number, record});
  }
  return make_ready(run);
}

// Requires: run.work is held, what is written down is what prepare() said.
Status Executor::make_ready(StepRun& run) {
  Status ready = run.fault->make_ready();
  run.prepared = ready.ok();
  if (!ready.ok()) CUTSET_TRY(undo_fault(run));
  return ready;
}

// Requires: run.work is held.
Result<std::string> Executor::apply(StepRun& run) {
  if (run.prepared) {
    Result<std::string> applied = run.fault->apply();
    if (applied.ok()) return applied;
    // What was looked up ahead of time may not be so any more.
    CUTSET_TRY(undo_fault(run));
    run.fault = run.rule->make(*run.step, host_);
  }
  CUTSET_TRY(prepare(run));
  return run.fault->apply();
}

// Requires: run.work is held.
void Executor::verify(StepRun& run, const Status& finished) {
  if (!finished.ok()) return add(StepEvent::FAILED, run, "", finished.error().text());
  if (run.fault->waiting() != nullptr) return;
  const Result<std::string> seen = run.fault->verify();
  if (const RunOutcome* outcome = run.fault->outcome(); outcome != nullptr) {
    StepEvent event;
    event.set_kind(StepEvent::OUTPUT);
    event.set_step(run.step->id());
    *event.mutable_instance() = run.step->target();
    event.set_detail(outcome->output);
    event.set_exit_code(outcome->exit_code);
    if (outcome->cut) event.set_error(fmt::format("cut at {} bytes", kOutputLimit));
    events_.add(std::move(event));
  }
  if (seen.ok()) {
    add(StepEvent::VERIFIED, run, *seen);
  } else {
    add(StepEvent::FAILED, run, "",
        "it was not seen to be there: " + seen.error().text());
  }
}

// Mark, heal and resume: what they do is done to other steps.
Result<std::string> Executor::do_own_action(const Step& step) {
  if (step.has_mark()) return step.mark().text();
  if (step.has_heal()) {
    return undo_those(
        [&](const StepRun& run) { return run.step->label() == step.heal().label(); },
        "healed by " + step.id());
  }
  CUTSET_ASSIGN(Body * body, host_.instances->body(step.target()));
  const std::string undone = undo_those(
      [&](const StepRun& run) {
        return run.step->has_pause() &&
               text_of(run.step->target()) == text_of(step.target());
      },
      "resumed by " + step.id());
  CUTSET_TRY(body->resume());
  return undone;
}

// Names what was undone; what is just firing is undone as soon as it has fired.
std::string Executor::undo_those(const std::function<bool(const StepRun&)>& wanted,
                                 const std::string& why) {
  std::string names;
  const auto name = [&](const StepRun& run) {
    names += (names.empty() ? "" : ", ") + run.step->id();
  };
  {
    const std::lock_guard lock(mutex_);
    for (StepRun* run : in_order_) {
      const bool lasts = run->rule != nullptr && run->rule->lasts;
      if (run->state != State::kFiring || !lasts || !wanted(*run)) continue;
      run->undo_wanted = true;
      name(*run);
    }
  }
  for (StepRun* run : in_place_newest_first(wanted)) {
    if (undo(*run, why).ok()) name(*run);
  }
  return names.empty() ? "nothing was in place" : names;
}

std::vector<Executor::StepRun*> Executor::in_place_newest_first(
    const std::function<bool(const StepRun&)>& wanted) {
  const std::lock_guard lock(mutex_);
  std::vector<StepRun*> found;
  for (StepRun* run : in_order_) {
    if (run->state == State::kInPlace && wanted(*run)) found.push_back(run);
  }
  std::sort(found.begin(), found.end(),
            [](const StepRun* a, const StepRun* b) { return a->order > b->order; });
  return found;
}

Status Executor::undo(StepRun& run, const std::string& why) {
  const std::lock_guard work(run.work);
  if (!claim(run, State::kInPlace, State::kOver)) return {};
  Status undone = undo_fault(run);
  if (undone.ok()) {
    tell_undone(run, why);
  } else {
    add(StepEvent::FAILED, run, why, undone.error().text());
  }
  return undone;
}

// On a thread of what was hit.
void Executor::hit(StepRun& run, const std::string& on_what) {
  StepEvent event = event_of(StepEvent::FIRED, run);
  event.set_detail(on_what);
  event.set_hits(1);
  events_.add(std::move(event));
}

// Requires: run.work is held. What waited in vain was not reached.
void Executor::tell_undone(StepRun& run, const std::string& why) {
  StepEvent event = event_of(StepEvent::UNDONE, run);
  event.set_detail(why);
  if (WaitingFault* waiting = run.fault->waiting(); waiting != nullptr) {
    event.set_hits(waiting->hits());
    const std::string met = waiting->what_it_met();
    if (waiting->hits() == 0) add(StepEvent::NOT_REACHED, run, "", met);
    event.set_detail(why.empty() ? met : why + ": " + met);
  }
  events_.add(std::move(event));
}

// Requires: run.work is held. Records that could not be undone stay open.
Status Executor::undo_fault(StepRun& run) {
  Status result;
  if (run.fault) {
    const Status released = run.fault->release();
    if (!released.ok()) result = released;
  }
  std::vector<OpenRecord> left;
  for (auto open = run.records.rbegin(); open != run.records.rend(); ++open) {
    const Status undone = undo_record(open->record);
    const Status struck = undone.ok() ? intents_.strike(open->number) : undone;
    if (struck.ok()) continue;
    if (result.ok()) result = struck;
    if (!undone.ok()) left.insert(left.begin(), *open);
  }
  run.records = std::move(left);
  run.prepared = false;
  return result;
}

}  // namespace cutset::agent
