#include "injector/nodes/run_watch.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/duration.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
using v1::StepEvent;

constexpr std::chrono::milliseconds kLook{100};  // for a stop

}  // namespace

RunWatch::RunWatch(const play::CompiledPlan& plan, std::string workload)
    : workload_(std::move(workload)) {
  for (const play::HostSteps& host : plan.hosts) {
    for (const v1::Step& step : host.steps) {
      StepState state;
      state.lasts = step.duration_ns() > 0;
      if (step.has_when()) {
        if (step.when().has_step()) state.follows = step.when().step().step();
        // FireStep relays what another host's trigger saw.
        state.counts = !step.when().has_step();
      }
      if (step.has_mark()) state.over = true;
      steps_[{host.host, step.id()}] = state;
    }
  }
}

void RunWatch::see(const play::PlayEvent& event) {
  const std::lock_guard lock(mutex_);
  const StepEvent& seen = event.event;
  if (seen.kind() == StepEvent::INSTANCE_ENDED &&
      seen.instance().service() == workload_) {
    load_over_ = true;
  }
  const auto found = steps_.find({event.host, seen.step()});
  if (found != steps_.end()) {
    StepState& step = found->second;
    if (seen.kind() == StepEvent::FIRED) step.fired = true;
    if (seen.kind() == StepEvent::UNDONE || seen.kind() == StepEvent::FAILED ||
        seen.kind() == StepEvent::NOT_REACHED) {
      step.over = true;
    }
  }
  changed_.notify_all();
}

bool RunWatch::is_pending(const std::string& host, const StepState& step) const {
  if (step.over) return false;
  if (step.fired) return step.lasts;
  if (step.counts) return false;
  if (step.follows.empty()) return false;  // by time: before the load was over
  const auto before = steps_.find({host, step.follows});
  return before != steps_.end() &&
         (before->second.fired || is_pending(host, before->second));
}

bool RunWatch::any_pending() const {
  return std::any_of(steps_.begin(), steps_.end(), [&](const auto& entry) {
    return is_pending(entry.first.first, entry.second);
  });
}

template <typename Condition>
Status RunWatch::await(Condition condition, std::chrono::milliseconds within,
                       const StopSignal& stop, const char* what) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  std::unique_lock lock(mutex_);
  while (!condition()) {
    if (stop.requested()) return Error::interrupted("stopped");
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error::unavailable(fmt::format("{} within {}", what, duration_text(within)));
    }
    changed_.wait_for(lock, kLook);
  }
  return {};
}

Status RunWatch::await_load(std::chrono::milliseconds within, const StopSignal& stop) {
  return await([&] { return load_over_; }, within, stop, "the workload did not end");
}

Status RunWatch::await_undone(std::chrono::milliseconds within, const StopSignal& stop) {
  return await([&] { return !any_pending(); }, within, stop,
               "not every fault was undone");
}

}  // namespace cutset::injector
