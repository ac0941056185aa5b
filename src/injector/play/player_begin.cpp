// Of a run: clocks, loading, the instances of the beginning, the barrier.
#include <algorithm>

#include <fmt/format.h>

#include "injector/play/player.h"
#include "injector/play/sntp.h"

namespace cutset::injector::play {

namespace {

using namespace std::chrono_literals;

constexpr int64_t kShortestLead = 100 * kNanosAMilli;
constexpr int64_t kLongestLead = 30'000 * kNanosAMilli;
constexpr auto kTimeServerPatience = 1000ms;
constexpr auto kTick = 500ms;

}  // namespace

void Player::ask_time_server_of_schedule() {
  if (setup_.ntp_server.empty()) return;
  const auto offset = ask_time_server(setup_.ntp_server, kTimeServerPatience);
  if (offset) {
    note(
        fmt::format("UTC by {} is {:.3f} ms ahead of the controller's clock, within "
                    "{:.3f} ms",
                    setup_.ntp_server, static_cast<double>(offset->offset_ns) / 1e6,
                    static_cast<double>(offset->error_ns) / 1e6));
  } else {
    note(offset.error().message + "; times are by the controller's clock");
  }
}

bool Player::measure_clocks() {
  std::vector<Status> measured(setup_.hosts.size());
  on_all_hosts([&](size_t i) {
    const auto clock = measure_clock(
        [&]() -> Result<ClockRound> {
          ClockRound round;
          round.sent = now_utc_ns();
          CUTSET_ASSIGN(const v1::ExchangeClockReply reply,
                        setup_.hosts[i].agent->exchange_clock());
          round.back = now_utc_ns();
          round.received = reply.received_utc_ns();
          round.answered = reply.sent_utc_ns();
          record_.hosts[i].boot_id = reply.boot_id();
          return round;
        },
        kClockRounds);
    if (clock) {
      record_.hosts[i].clock = *clock;
    } else {
      measured[i] = clock.error();
    }
  });
  for (size_t i = 0; i < measured.size(); ++i) {
    if (!measured[i]) lose(i, measured[i].error());
  }
  if (any_lost()) return false;
  if (hooks_.on_clocks) hooks_.on_clocks(record_.hosts);
  return true;
}

bool Player::pass_barrier() {
  record_.lead_ns = setup_.first_lead.count() * kNanosAMilli;
  while (record_.attempts < kMostAttempts) {
    ++record_.attempts;
    if (stop_.requested()) return false;
    if (!load() || !begin_instances()) return false;
    if (record_.lead_ns == 0) record_.lead_ns = sensible_lead();
    if (start()) return true;
    if (any_lost() || stop_.requested()) return false;
    if (record_.attempts == kMostAttempts) break;
    record_.lead_ns = std::min(record_.lead_ns * 2, kLongestLead);
    note(fmt::format("an agent was late for the barrier; again, {} ms ahead",
                     record_.lead_ns / kNanosAMilli));
    close_all();
    forget_attempt();
  }
  record_.reason = fmt::format(
      "in {} attempts the agents did not come to the barrier "
      "together",
      record_.attempts);
  return false;
}

int64_t Player::sensible_lead() const {
  int64_t way = 0;
  for (const HostRecord& host : record_.hosts)
    way = std::max(way, 2 * host.clock.error_ns);
  return std::clamp(20 * way, kShortestLead, kLongestLead);
}

bool Player::load() {
  std::vector<Result<v1::LoadPlanReply>> replies(setup_.hosts.size(),
                                                 v1::LoadPlanReply());
  on_all_hosts([&](size_t i) {
    v1::LoadPlanRequest request;
    request.set_run(setup_.run);
    for (const v1::Instance& instance : setup_.hosts[i].instances) {
      *request.add_instances() = instance;
    }
    for (const v1::Step& step : plan_.hosts[i].steps) *request.add_steps() = step;
    replies[i] = setup_.hosts[i].agent->load_plan(std::move(request));
  });
  for (size_t i = 0; i < replies.size(); ++i) note_loaded(i, replies[i]);
  if (any_lost()) return false;
  if (!record_.problems.empty()) {
    record_.reason = "some host cannot do what the schedule says; nothing was started";
    return false;
  }
  for (size_t i = 0; i < setup_.hosts.size(); ++i) watch(i);
  return arm_requests();
}

void Player::note_loaded(size_t i, const Result<v1::LoadPlanReply>& reply) {
  HostRecord& host = record_.hosts[i];
  if (!reply && reply.error().kind == ErrorKind::kUnavailable) {
    return lose(i, reply.error());
  }
  if (!reply) return refuse(host.name, "", reply.error().message);
  loaded_[i] = reply->problems().empty();
  for (const v1::StepProblem& problem : reply->problems()) {
    refuse(host.name, problem.step(), problem.problem());
  }
  host.notes.assign(reply->notes().begin(), reply->notes().end());
  for (const std::string& remark : host.notes) note(host.name + ": " + remark);
}

void Player::refuse(const std::string& host, const std::string& step,
                    const std::string& problem) {
  Error error = Error::unavailable(
      fmt::format("{}{}{}: {}", host, step.empty() ? "" : ": ", step, problem));
  error.file = setup_.schedule_file;
  for (const CompiledAction& action : plan_.actions) {
    const StepPlace place{host, step};
    const auto has = [&](const std::vector<StepPlace>& places) {
      return std::find(places.begin(), places.end(), place) != places.end();
    };
    if (!has(action.steps) && !has(action.followed)) continue;
    error.line = action.place.line;
    error.column = action.place.column;
  }
  record_.problems.push_back(std::move(error));
}

void Player::watch(size_t i) {
  PlanAgent& agent = *setup_.hosts[i].agent;
  HostWatch::Options options;
  options.host = setup_.hosts[i].name;
  options.log_every = setup_.log_every;
  for (const fdsl::Instance& instance : plan_.instances) {
    if (instance.host != options.host) continue;
    options.instances.push_back(fmt::format("{}/{}", instance.service, instance.slot));
  }
  watches_.push_back(agent.watch_plan(0, [this, i](const v1::StepEvent& event) {
    mailbox_.push(EventLetter{i, event});
  }));
  host_watches_.push_back(std::make_unique<HostWatch>(std::move(options), agent, *folder_,
                                                      [this, i](const Error& why) {
                                                        mailbox_.push(LostLetter{i, why});
                                                      }));
  if (setup_.sample.count() == 0) return;
  watches_.push_back(
      agent.watch_resources(setup_.sample, [this, i](const v1::ResourceSamples& samples) {
        const std::lock_guard lock(samples_mutex_);
        sampled_.insert(i);
        record_.hosts[i].sampling_cost_ns = samples.cost_ns();
        folder_->add_samples(record_.hosts[i].name, record_.hosts[i].clock, samples);
      }));
}

bool Player::arm_requests() {
  for (size_t i = 0; i < setup_.hosts.size(); ++i) {
    if (plan_.hosts[i].requests.empty()) continue;
    v1::ArmRunRequest request;
    request.set_run(setup_.run);
    for (const v1::FaultPlan& fault : plan_.hosts[i].requests) {
      *request.add_faults() = fault;
    }
    const auto armed = setup_.hosts[i].agent->arm_run(std::move(request));
    if (armed) continue;
    refuse(setup_.hosts[i].name, "", armed.error().message);
    record_.reason = "the proxies refuse the faults of calls; nothing was started";
    return false;
  }
  return true;
}

bool Player::begin_instances() {
  if (plan_.beginning.empty()) return true;
  std::vector<Status> begun(setup_.hosts.size());
  on_all_hosts([&](size_t i) {
    for (const BeginningInstance& instance : plan_.beginning) {
      if (instance.place.host != setup_.hosts[i].name) continue;
      const auto fired = setup_.hosts[i].agent->fire_step(instance.place.step);
      if (!fired) {
        begun[i] = Error::unavailable(fmt::format("{}/{}: {}", instance.service,
                                                  instance.slot, fired.error().message));
        return;
      }
    }
  });
  for (size_t i = 0; i < begun.size(); ++i) {
    if (!begun[i]) return give_up(begun[i].error().message);
  }
  return await_begun() && await_ready() && prepare();
}

bool Player::prepare() {
  if (!hooks_.before_barrier) return true;
  const Status prepared = hooks_.before_barrier(stop_);
  if (stop_.requested()) return false;
  return prepared.ok() || give_up(prepared.error().message);
}

bool Player::await_begun() {
  const auto until = std::chrono::steady_clock::now() + setup_.start_within;
  while (true) {
    std::string waiting;
    for (const BeginningInstance& instance : plan_.beginning) {
      const StepState& state = steps_[instance.place];
      if (state.failed) {
        return give_up(fmt::format("{}/{} cannot be started: {}", instance.service,
                                   instance.slot, state.error));
      }
      if (!state.fired && waiting.empty()) {
        waiting = fmt::format("{}/{}", instance.service, instance.slot);
      }
    }
    if (waiting.empty()) return true;
    const auto left = until - std::chrono::steady_clock::now();
    if (left.count() <= 0) {
      return give_up(fmt::format("{} did not start within {} ms", waiting,
                                 setup_.start_within.count()));
    }
    read_letter(left);
    if (any_lost() || stop_.requested()) return false;
  }
}

bool Player::await_ready() {
  if (!hooks_.await_ready) return true;
  std::vector<std::thread> threads;
  waiting_ready_ = plan_.beginning.size();
  for (size_t i = 0; i < plan_.beginning.size(); ++i) {
    threads.emplace_back([this, i] {
      const BeginningInstance& instance = plan_.beginning[i];
      const std::string name = fmt::format("{}/{}", instance.service, instance.slot);
      mailbox_.push(ReadyLetter{i, hooks_.await_ready(instance, [this, name] {
                                  const std::lock_guard lock(ended_mutex_);
                                  return ended_.contains(name);
                                })});
    });
  }
  while (waiting_ready_ > 0) read_letter(kTick, nullptr);
  for (std::thread& thread : threads) thread.join();
  return !any_lost() && !stop_.requested() && record_.reason.empty();
}

bool Player::start() {
  int64_t barrier = now_utc_ns() + record_.lead_ns;
  std::vector<std::optional<Error>> late(setup_.hosts.size());
  on_all_hosts([&](size_t i) {
    const ClockOffset& clock = record_.hosts[i].clock;
    const auto reply = setup_.hosts[i].agent->start_plan(clock.to_theirs(barrier));
    if (!reply) late[i] = reply.error();
  });
  bool all = true;
  for (size_t i = 0; i < late.size(); ++i) {
    if (!late[i]) continue;
    all = false;
    note(fmt::format("{}: {}", record_.hosts[i].name, late[i]->message));
    // Late or lost? Whoever is lost does not tell the time either.
    if (const auto asked = setup_.hosts[i].agent->exchange_clock(); !asked) {
      lose(i, asked.error());
    }
  }
  if (all) record_.barrier_utc_ns = barrier;
  return all;
}

void Player::forget_attempt() {
  record_.events.clear();
  steps_.clear();
  relayed_.clear();
  for (auto& numbers : seen_) numbers.clear();
  const std::lock_guard lock(ended_mutex_);
  ended_.clear();
}

}  // namespace cutset::injector::play
