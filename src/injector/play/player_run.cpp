// Of a run: from the barrier to the end; what follows from each thing that is seen.
#include <algorithm>

#include <fmt/format.h>

#include "injector/play/player.h"
#include "injector/play/step_action.h"

namespace cutset::injector::play {

namespace {

constexpr auto kTick = std::chrono::milliseconds(500);

}  // namespace

void Player::play_on() {
  while (now_utc_ns() < record_.barrier_utc_ns && !over()) {
    read_letter(std::chrono::nanoseconds(record_.barrier_utc_ns - now_utc_ns()));
  }
  if (over()) return;
  if (hooks_.on_started) hooks_.on_started(record_.barrier_utc_ns);
  StopSignal workload_stop;
  std::thread workload;
  if (hooks_.workload) {
    workload_runs_ = true;
    workload = std::thread(
        [&] { mailbox_.push(WorkloadLetter{hooks_.workload(workload_stop)}); });
  }
  const int64_t end = record_.barrier_utc_ns + plan_.end_ns;
  while (!over() && now_utc_ns() < end) {
    if (hooks_.end_with_workload && hooks_.workload && !workload_runs_ && settled()) {
      break;
    }
    read_letter(std::chrono::nanoseconds(std::max<int64_t>(1, end - now_utc_ns())));
  }
  came_to_end_ = !over();
  workload_stop.request();
  while (workload_runs_) read_letter(kTick, nullptr);
  if (workload.joinable()) workload.join();
}

bool Player::settled() const {
  for (const HostSteps& host : plan_.hosts) {
    for (const v1::Step& step : host.steps) {
      const auto found = steps_.find({host.host, step.id()});
      if (found == steps_.end()) return false;
      const StepState& state = found->second;
      const bool done = state.failed || state.not_reached ||
                        (state.fired && (step.duration_ns() == 0 || state.undone));
      if (!done) return false;
    }
  }
  return true;
}

void Player::relay(const StepPlace& source) {
  for (size_t i = 0; i < plan_.relays.size(); ++i) {
    const Relay& relay = plan_.relays[i];
    const bool is_source = std::find(relay.sources.begin(), relay.sources.end(),
                                     source) != relay.sources.end();
    if (!is_source || !relayed_.insert(i).second) continue;
    for (const StepPlace& target : relay.targets) {
      PlanAgent* const agent = agent_of(target.host);
      relays_.emplace_back([this, target, agent] {
        const auto fired = agent->fire_step(target.step);
        mailbox_.push(RelayLetter{target, fired ? Status() : Status(fired.error())});
      });
    }
    if (!relay.targets.empty()) {
      note(fmt::format("{} was triggered on {}; relayed to other hosts, asynchronously",
                       relay.moment, source.host));
    }
  }
}

void Player::read_letter(std::chrono::nanoseconds patience, const StopSignal* stop) {
  if (auto letter = mailbox_.take(patience, stop)) {
    std::visit([this](auto& one) { read(one); }, *letter);
  }
}

void Player::read(ReadyLetter& letter) {
  --waiting_ready_;
  if (letter.ready || letter.ready.error().kind == ErrorKind::kInterrupted) return;
  const BeginningInstance& instance = plan_.beginning[letter.instance];
  give_up(fmt::format("{}/{}: {}", instance.service, instance.slot,
                      letter.ready.error().message));
}

void Player::read(RelayLetter& letter) {
  if (letter.fired) return;
  note(fmt::format("{} on {} could not be fired: {}", letter.target.step,
                   letter.target.host, letter.fired.error().message));
}

void Player::read(WorkloadLetter& letter) {
  workload_runs_ = false;
  if (!letter.done && letter.done.error().kind != ErrorKind::kInterrupted) {
    record_.workload = letter.done.error();
  }
}

void Player::add_event(size_t i, const v1::StepEvent& step) {
  if (!seen_[i].insert(step.number()).second) return;
  const HostRecord& host = record_.hosts[i];
  PlayEvent event;
  event.host = host.name;
  event.error_ns = host.clock.error_ns;
  event.utc_ns = record_.barrier_utc_ns > 0 && step.since_barrier_ns() > 0
                     ? record_.barrier_utc_ns + step.since_barrier_ns()
                     : host.clock.to_ours(step.utc_ns());
  event.event = step;
  keep(event);
  const StepPlace place{host.name, step.step()};
  StepState& state = steps_[place];
  switch (step.kind()) {
    case v1::StepEvent::TRIGGERED:
      relay(place);
      break;
    case v1::StepEvent::FIRED:
      state.fired = true;
      relay(place);
      break;
    case v1::StepEvent::UNDONE:
      state.undone = true;
      break;
    case v1::StepEvent::FAILED:
      state.failed = true;
      state.error = step.error();
      break;
    case v1::StepEvent::NOT_REACHED:
      state.not_reached = true;
      break;
    case v1::StepEvent::INSTANCE_STARTED:
    case v1::StepEvent::INSTANCE_ENDED: {
      const std::lock_guard lock(ended_mutex_);
      const std::string name = instance_text(step.instance());
      if (step.kind() == v1::StepEvent::INSTANCE_ENDED) {
        ended_.insert(name);
      } else {
        ended_.erase(name);
      }
      break;
    }
    default:
      break;
  }
}

void Player::keep(const PlayEvent& event) {
  folder_->add_event(event);
  record_.events.push_back(event);
  if (hooks_.on_event) hooks_.on_event(event);
}

void Player::note(const std::string& text) {
  record_.notes.push_back(text);
  PlayEvent event;
  event.utc_ns = now_utc_ns();
  event.event.set_detail(text);
  keep(event);
}

bool Player::give_up(const std::string& reason) {
  if (record_.reason.empty()) record_.reason = reason;
  return false;
}

void Player::lose(size_t i, const Error& why) {
  if (!record_.hosts[i].lost.empty()) return;
  record_.hosts[i].lost = why.message;
  note(fmt::format("the host {} is lost: {}", record_.hosts[i].name, why.message));
}

bool Player::any_lost() const {
  return std::any_of(record_.hosts.begin(), record_.hosts.end(),
                     [](const HostRecord& host) { return !host.lost.empty(); });
}

}  // namespace cutset::injector::play
