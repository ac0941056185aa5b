#include "agent/plan/executor.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/faults/undo_table.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using v1::Step;
using v1::StepEvent;

// Looking a target up, writing its record down and making everything ready is done before
// the moment, so that the moment itself only has to be acted on.
constexpr milliseconds kPrepareAhead{500};
constexpr std::chrono::seconds kFiringPatience{15};

bool acts_on_life(const Step& step) {
  return step.has_kill() || step.has_stop() || step.has_start() || step.has_restart();
}

}  // namespace

Executor::Executor(const v1::LoadPlanRequest& plan, const FaultHost& host,
                   Intents& intents, EventLog& events)
    : plan_(plan), host_(host), intents_(intents), events_(events), triggers_(host_) {
  host_.closing = &closing_now_;
  for (const Step& step : plan_.steps()) {
    auto run = std::make_unique<StepRun>();
    run->step = &step;
    run->rule = find_fault_rule(step.action_case());
    lives_[text_of(step.target())];
    if (step.has_when() && step.when().has_step())
      after_.emplace(step.when().step().step(), run.get());
    in_order_.push_back(run.get());
    runs_[step.id()] = std::move(run);
  }
}

Executor::~Executor() {
  (void)close();
}

StepEvent Executor::event_of(StepEvent::Kind kind, const StepRun& run) {
  StepEvent event;
  event.set_kind(kind);
  event.set_step(run.step->id());
  if (run.step->has_target()) *event.mutable_instance() = run.step->target();
  return event;
}

void Executor::add(StepEvent::Kind kind, const StepRun& run, const std::string& detail,
                   const std::string& error) {
  StepEvent event = event_of(kind, run);
  event.set_detail(detail);
  event.set_error(error);
  events_.add(std::move(event));
}

bool Executor::claim(StepRun& run, State from, State to) {
  const std::lock_guard lock(mutex_);
  if (run.state != from || (closing_ && to == State::kFiring)) return false;
  run.state = to;
  if (to == State::kFiring) run.order = ++last_order_;
  changed_.notify_all();
  return true;
}

std::vector<v1::StepProblem> Executor::arm(std::vector<std::string>* notes) {
  std::vector<v1::StepProblem> problems;
  std::set<std::string> told;
  const auto problem = [&](const Step& step, const Error& error) {
    v1::StepProblem entry;
    entry.set_step(step.id());
    entry.set_problem(error.text());
    problems.push_back(std::move(entry));
  };
  for (StepRun* run : in_order_) {
    const Step& step = *run->step;
    if (step.has_when()) {
      const Status seen = triggers_.check(step.when());
      if (!seen.ok()) problem(step, seen.error());
    }
    if (step.has_mark() || step.has_heal() || step.has_resume()) continue;
    if (run->rule == nullptr) {
      problem(step, why_not(step.action_case()));
      continue;
    }
    const Result<std::string> note = run->rule->check(step, host_);
    if (!note.ok()) {
      problem(step, note.error());
    } else if (!note->empty() && told.insert(*note).second) {
      notes->push_back(*note);
    }
  }
  if (!problems.empty()) return problems;
  for (StepRun* run : in_order_) {
    if (run->rule != nullptr) run->fault = run->rule->make(*run->step, host_);
    add(StepEvent::ARMED, *run, "");
  }
  return problems;
}

Status Executor::start(int64_t barrier_utc_ns) {
  const auto now = Monotonic::now();
  const int64_t left = barrier_utc_ns - utc_now_ns();
  if (left <= 0) {
    return Error::unavailable(
        fmt::format("the barrier has passed {} ms ago by this host's clock: set it "
                    "later, or the clock "
                    "right",
                    -left / 1'000'000));
  }
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return Error::unavailable("the plan is being closed");
    if (barrier_) return Error::unavailable("the plan has its barrier already");
    barrier_ = now + nanoseconds(left);
  }
  events_.set_barrier(*barrier_, barrier_utc_ns);
  for (StepRun* run : in_order_) {
    if (!run->step->has_when()) {
      arm_time(*run);
      continue;
    }
    const Status armed = arm_trigger(*run);
    if (!armed.ok() && claim(*run, State::kArmed, State::kOver))
      add(StepEvent::FAILED, *run, "", armed.error().text());
  }
  return {};
}

void Executor::arm_time(StepRun& run) {
  const auto due = *barrier_ + nanoseconds(run.step->at_ns());
  if (run.rule != nullptr && run.rule->ahead) prepare_before(run, due);
  timeline_.at(due, [this, &run, due] { begin(run, "", due, {}); });
}

Status Executor::arm_trigger(StepRun& run) {
  const v1::Trigger& trigger = run.step->when();
  if (run.rule != nullptr && run.rule->ahead)
    timeline_.now([this, &run] { prepare_ahead(run); });
  timeline_.at(*barrier_ + nanoseconds(trigger.timeout_ns()),
               [this, &run] { trigger_timed_out(run); });
  if (trigger.from_ns() == 0) return watch_for(run);
  timeline_.at(*barrier_ + nanoseconds(trigger.from_ns()), [this, &run] {
    const Status watched = watch_for(run);
    if (!watched.ok() && claim(run, State::kArmed, State::kOver))
      add(StepEvent::FAILED, run, "", watched.error().text());
  });
  return {};
}

Status Executor::watch_for(StepRun& run) {
  return triggers_.arm(
      run.step->when(), [this, &run](const std::string& on_what, Release release) {
        timeline_.now([this, &run, on_what, release = std::move(release)] {
          begin(run, on_what, std::nullopt, release);
        });
      });
}

void Executor::prepare_before(StepRun& run, Monotonic::time_point due) {
  timeline_.at(std::max(due - kPrepareAhead, Monotonic::now()),
               [this, &run] { prepare_ahead(run); });
}

std::unique_lock<std::mutex> Executor::lock_life(const StepRun& run) {
  if (!acts_on_life(*run.step)) return {};
  return std::unique_lock(lives_.at(text_of(run.step->target())));
}

// What goes wrong here is looked at again when the step fires: the target may come up
// yet.
void Executor::prepare_ahead(StepRun& run) {
  const std::lock_guard work(run.work);
  const std::unique_lock<std::mutex> life = lock_life(run);
  {
    const std::lock_guard lock(mutex_);
    if (run.state != State::kArmed || closing_) return;
  }
  (void)(run.prepared ? make_ready(run) : prepare(run));
}

Status Executor::fire(const std::string& step) {
  const auto found = runs_.find(step);
  if (found == runs_.end() || !found->second->step->has_when() ||
      !found->second->step->when().controller()) {
    return Error::bad_input(
        fmt::format("step \"{}\" is none that waits for the controller", step));
  }
  {
    const std::lock_guard lock(mutex_);
    if (found->second->state != State::kArmed)
      return Error::unavailable(fmt::format("step \"{}\" is over already", step));
  }
  StepRun& run = *found->second;
  timeline_.now([this, &run] { begin(run, "the controller", std::nullopt, {}); });
  return {};
}

void Executor::trigger_timed_out(StepRun& run) {
  const v1::Trigger& trigger = run.step->when();
  if (trigger.otherwise() == v1::Trigger::FIRE)
    return begin(run, "its timeout, as planned", std::nullopt, {});
  if (!claim(run, State::kArmed, State::kOver)) return;
  add(StepEvent::NOT_REACHED, run,
      trigger.otherwise() == v1::Trigger::SKIP ? "skipped, as planned" : "",
      fmt::format("its trigger was not seen within {} ms",
                  trigger.timeout_ns() / 1'000'000));
  const std::lock_guard work(run.work);
  (void)undo_fault(run);
}

void Executor::begin(StepRun& run, const std::string& on_what, Ended planned,
                     Release release) {
  if (claim(run, State::kArmed, State::kFiring)) {
    if (run.step->has_when()) add(StepEvent::TRIGGERED, run, on_what);
    carry_out(run, planned, release);
  } else if (release) {
    release();
  }
}

void Executor::carry_out(StepRun& run, Ended planned, const Release& release) {
  Result<std::string> done = Error::internal("");
  Monotonic::time_point fired_at;
  {
    const std::lock_guard work(run.work);
    const std::unique_lock<std::mutex> life = lock_life(run);
    done = run.rule == nullptr ? do_own_action(*run.step) : apply(run);
    fired_at = Monotonic::now();
    if (done.ok()) {
      applied(run, *done);
    } else {
      add(StepEvent::FAILED, run, "", done.error().text());
    }
    const bool of_fault = done.ok() && run.rule != nullptr;
    const Status finished = of_fault ? run.fault->finish() : Status();
    if (release) release();
    if (of_fault) verify(run, finished);
    if (!done.ok()) {
      const Status undone = undo_fault(run);
      if (!undone.ok()) add(StepEvent::FAILED, run, "", undone.error().text());
    }
  }
  if (done.ok()) return settle(run, planned, fired_at);
  claim(run, State::kFiring, State::kOver);
}

// The step is done, and those that follow it begin; what waits for its hits fires later.
void Executor::applied(StepRun& run, const std::string& on_what) {
  const bool waits = run.fault != nullptr && run.fault->waiting() != nullptr;
  add(waits ? StepEvent::NOTE : StepEvent::FIRED, run, on_what);
  const auto now = Monotonic::now();
  const auto [first, last] = after_.equal_range(run.step->id());
  for (auto entry = first; entry != last; ++entry) {
    StepRun& next = *entry->second;
    if (is_too_early(next, now)) continue;
    const auto due = now + nanoseconds(next.step->when().step().after_ns());
    // Again: what this step did may be what the next one needs (a crash, a restart).
    if (next.rule != nullptr && next.rule->ahead && due > now) prepare_before(next, due);
    timeline_.at(due, [this, &next, id = run.step->id()] {
      begin(next, "step " + id, std::nullopt, {});
    });
  }
}

bool Executor::is_too_early(const StepRun& run, Monotonic::time_point now) const {
  const int64_t from = run.step->when().from_ns();
  const std::lock_guard lock(mutex_);
  return from > 0 && (!barrier_ || now < *barrier_ + nanoseconds(from));
}

// It has fired: it stays until it is undone, or is over.
void Executor::settle(StepRun& run, Ended planned, Monotonic::time_point fired_at) {
  const bool lasts = run.rule != nullptr && run.rule->lasts;
  if (!lasts) {
    claim(run, State::kFiring, State::kOver);
    return;
  }
  bool undo_now = false;
  {
    const std::lock_guard lock(mutex_);
    run.state = State::kInPlace;
    undo_now = run.undo_wanted;
    changed_.notify_all();
  }
  if (undo_now) {
    (void)undo(run, "");
  } else if (run.step->duration_ns() > 0) {
    undo_at(run, planned.value_or(fired_at) + nanoseconds(run.step->duration_ns()));
  }
}

void Executor::undo_at(StepRun& run, Monotonic::time_point when) {
  timeline_.at(when, [this, &run] { (void)undo(run, "its duration is over"); });
}

uint32_t Executor::in_place() const {
  const std::lock_guard lock(mutex_);
  return static_cast<uint32_t>(
      std::count_if(in_order_.begin(), in_order_.end(),
                    [](const StepRun* run) { return run->state == State::kInPlace; }));
}

void Executor::end_waiting() {
  for (StepRun* run : in_order_) {
    if (claim(*run, State::kArmed, State::kOver))
      add(StepEvent::NOT_REACHED, *run, "", "the plan was closed before it was due");
  }
}

std::vector<std::string> Executor::close() {
  {
    std::unique_lock lock(mutex_);
    if (closing_) return {};
    closing_ = true;
  }
  closing_now_ = true;
  end_waiting();
  triggers_.disarm_all();
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kFiringPatience, [this] {
      return std::none_of(in_order_.begin(), in_order_.end(), [](const StepRun* run) {
        return run->state == State::kFiring;
      });
    });
  }
  timeline_.stop();
  std::vector<std::string> problems;
  for (StepRun* run : in_place_newest_first([](const StepRun&) { return true; })) {
    const Status undone = undo(*run, "");
    if (!undone.ok()) problems.push_back(run->step->id() + ": " + undone.error().text());
  }
  // Prepared and never made, or not undone before: the same again changes nothing.
  for (auto run = in_order_.rbegin(); run != in_order_.rend(); ++run) {
    const std::lock_guard work((*run)->work);
    const Status undone = undo_fault(**run);
    if (!undone.ok())
      problems.push_back((*run)->step->id() + ": " + undone.error().text());
  }
  std::sort(problems.begin(), problems.end());
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  for (const std::string& problem : problems) log_error("{}", problem);
  return problems;
}

}  // namespace cutset::agent
