#include "fake_agent.h"

#include <algorithm>

#include "injector/play/clock.h"

namespace cutset::injector::play {

namespace v1 = agent::v1;

class FakeAgent::Watch final : public AgentWatch {
 public:
  Watch(FakeAgent& agent, OnEvent on_event)
      : agent_(agent), on_event_(std::move(on_event)) {}
  ~Watch() override {
    const std::lock_guard lock(agent_.mutex_);
    agent_.watches_.erase(this);
  }
  Status wait() override { return {}; }
  void tell(const v1::StepEvent& event) { on_event_(event); }

 private:
  FakeAgent& agent_;
  OnEvent on_event_;
};

FakeAgent::FakeAgent(Manners manners)
    : manners_(std::move(manners)), late_(manners_.late), thread_([this] { run(); }) {}

FakeAgent::~FakeAgent() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

int64_t FakeAgent::now() const {
  return now_utc_ns() + manners_.clock_ahead_ns;
}

Status FakeAgent::alive() const {
  if (lost_) return Error::unavailable("the agent is lost: connection reset");
  return {};
}

void FakeAgent::lose() {
  const std::lock_guard lock(mutex_);
  lost_ = true;
}
int FakeAgent::loads() const {
  const std::lock_guard lock(mutex_);
  return loads_;
}
int FakeAgent::closes() const {
  const std::lock_guard lock(mutex_);
  return closes_;
}
bool FakeAgent::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}
std::vector<int64_t> FakeAgent::barriers() const {
  const std::lock_guard lock(mutex_);
  return barriers_;
}

void FakeAgent::say(v1::StepEvent::Kind kind, const v1::Step* step,
                    const std::string& detail, const std::string& error) {
  v1::StepEvent event;
  event.set_number(events_.size() + 1);
  event.set_kind(kind);
  if (step != nullptr) {
    event.set_step(step->id());
    if (step->has_target()) *event.mutable_instance() = step->target();
  }
  event.set_utc_ns(now());
  if (barrier_ > 0) event.set_since_barrier_ns(now() - barrier_);
  event.set_detail(detail);
  event.set_error(error);
  events_.push_back(event);
  for (Watch* watch : watches_) watch->tell(event);
}

void FakeAgent::act(const v1::Step& step) {
  begun_.insert(step.id());
  if (manners_.fails.contains(step.id())) {
    say(v1::StepEvent::FAILED, &step, "", "no such process");
    return;
  }
  if (step.has_request()) {
    say(v1::StepEvent::NOTE, &step, "waits for call 1");
    if (manners_.hits.contains(step.id())) say(v1::StepEvent::FIRED, &step, "call 1");
    return;
  }
  say(v1::StepEvent::FIRED, &step, "pid 4711");
  say(v1::StepEvent::VERIFIED, &step, "seen");
  if (step.has_start() || step.has_restart()) {
    say(v1::StepEvent::INSTANCE_STARTED, &step);
  }
  if (step.has_kill() || step.has_stop()) say(v1::StepEvent::INSTANCE_ENDED, &step);
  if (step.duration_ns() > 0) undo_at_[step.id()] = now() + step.duration_ns();
}

void FakeAgent::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    changed_.wait_for(lock, std::chrono::milliseconds(1));
    if (barrier_ == 0 || !open_ || lost_) continue;
    const int64_t since = now() - barrier_;
    if (since < 0) continue;
    if (manners_.lost_at_ns >= 0 && since >= manners_.lost_at_ns) {
      lost_ = true;
      continue;
    }
    for (const v1::Step& step : steps_) {
      if (begun_.contains(step.id())) {
        const auto undo = undo_at_.find(step.id());
        if (undo == undo_at_.end() || now() < undo->second) continue;
        undo_at_.erase(undo);
        say(v1::StepEvent::UNDONE, &step);
        continue;
      }
      if (step.due_case() == v1::Step::kAtNs) {
        if (since >= step.at_ns()) act(step);
        continue;
      }
      const v1::Trigger& when = step.when();
      const auto trigger = manners_.triggers_at.find(step.id());
      if (trigger != manners_.triggers_at.end() && since >= trigger->second) {
        say(v1::StepEvent::TRIGGERED, &step, "line 7");
        act(step);
      } else if (when.has_step() && begun_.contains(when.step().step()) &&
                 when.step().after_ns() == 0) {
        act(step);
      } else if (when.timeout_ns() > 0 && since >= when.timeout_ns()) {
        begun_.insert(step.id());
        if (when.otherwise() == v1::Trigger::FIRE) {
          act(step);
        } else {
          say(v1::StepEvent::NOT_REACHED, &step);
        }
      }
    }
  }
}

Result<v1::LoadPlanReply> FakeAgent::load_plan(v1::LoadPlanRequest request) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  ++loads_;
  v1::LoadPlanReply reply;
  for (const v1::Step& step : request.steps()) {
    const auto refused = manners_.refuses.find(step.id());
    if (refused == manners_.refuses.end()) continue;
    v1::StepProblem& problem = *reply.add_problems();
    problem.set_step(step.id());
    problem.set_problem(refused->second);
  }
  steps_.assign(request.steps().begin(), request.steps().end());
  begun_.clear();
  undo_at_.clear();
  events_.clear();
  barrier_ = 0;
  open_ = reply.problems_size() == 0;
  if (open_) {
    for (const v1::Step& step : steps_) say(v1::StepEvent::ARMED, &step);
  }
  return reply;
}

Result<v1::StartPlanReply> FakeAgent::start_plan(int64_t barrier_utc_ns) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  if (late_ > 0) {
    --late_;
    return Error::unavailable("the agent says: the barrier has passed");
  }
  if (now() > barrier_utc_ns) {
    return Error::unavailable("the agent says: the barrier has passed");
  }
  barrier_ = barrier_utc_ns;
  barriers_.push_back(barrier_utc_ns);
  v1::StartPlanReply reply;
  reply.set_now_utc_ns(now());
  return reply;
}

Result<v1::FireStepReply> FakeAgent::fire_step(const std::string& id) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  for (const v1::Step& step : steps_) {
    if (step.id() != id || begun_.contains(id)) continue;
    act(step);
    return v1::FireStepReply();
  }
  return Error::bad_input("the agent refuses: no such step");
}

std::unique_ptr<AgentWatch> FakeAgent::watch_plan(uint64_t after, OnEvent on_event) {
  const std::lock_guard lock(mutex_);
  auto watch = std::make_unique<Watch>(*this, std::move(on_event));
  for (const v1::StepEvent& event : events_) {
    if (event.number() > after) watch->tell(event);
  }
  watches_.insert(watch.get());
  return watch;
}

std::unique_ptr<AgentWatch> FakeAgent::watch_resources(
    std::chrono::milliseconds /*interval*/, OnSamples on_samples) {
  v1::ResourceSamples samples;
  samples.set_cost_ns(1234);
  v1::ResourceSample& sample = *samples.add_samples();
  sample.set_utc_ns(now());
  sample.set_cpu_ns(5);
  sample.set_cores(2);
  on_samples(samples);
  return std::make_unique<Watch>(*this, [](const v1::StepEvent&) {});
}

Result<v1::ClosePlanReply> FakeAgent::close_plan() {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  if (!open_) return Error::unavailable("the agent says: no plan is loaded");
  ++closes_;
  for (const v1::Step& step : steps_) {
    const bool lasts = step.has_partition() || step.has_pause() || step.has_request();
    const bool held = undo_at_.contains(step.id()) ||
                      (lasts && begun_.contains(step.id()) && step.duration_ns() == 0);
    if (held && step.has_request() && !manners_.hits.contains(step.id()))
      say(v1::StepEvent::NOT_REACHED, &step, "", "none came");
    if (held) say(v1::StepEvent::UNDONE, &step);
  }
  open_ = false;
  v1::ClosePlanReply reply;
  for (const v1::StepEvent& event : events_) *reply.add_events() = event;
  return reply;
}

Result<v1::ExchangeClockReply> FakeAgent::exchange_clock() {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  v1::ExchangeClockReply reply;
  reply.set_received_utc_ns(now());
  reply.set_sent_utc_ns(now());
  return reply;
}

Result<v1::ReadLogReply> FakeAgent::read_log(v1::ReadLogRequest request) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  v1::ReadLogReply reply;
  const std::string& output = barrier_ > 0 ? manners_.output : manners_.old_output;
  const auto size = static_cast<int64_t>(output.size());
  const int64_t offset = request.offset() < 0 ? size : std::min(request.offset(), size);
  reply.set_file(barrier_ > 0 ? 2 : 1);
  reply.set_content(output.substr(static_cast<size_t>(offset)));
  reply.set_end_offset(size);
  return reply;
}

Result<v1::ArmRunReply> FakeAgent::arm_run(v1::ArmRunRequest request) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  run_ = request.run();
  armed_.assign(request.faults().begin(), request.faults().end());
  return v1::ArmRunReply();
}

/// The first fault of a run has fired, the others have not.
Result<v1::CollectRunReply> FakeAgent::abandon_run(const std::string& run) {
  const std::lock_guard lock(mutex_);
  CUTSET_TRY(alive());
  if (run != run_) return Error::bad_input("the agent refuses: not armed");
  v1::CollectRunReply reply;
  for (const v1::FaultPlan& fault : armed_) {
    v1::FaultState& state = *reply.add_faults();
    state.set_id(fault.id());
    state.set_armed(true);
    state.set_armed_ns(now());
    state.set_fired(reply.faults_size() == 1);
    state.set_fired_ns(now());
    state.set_undone(true);
    state.set_undone_ns(now());
  }
  return reply;
}

}  // namespace cutset::injector::play
