// Of a run: everybody closes; what is concluded.
#include <fmt/format.h>

#include "base/text.h"
#include "injector/play/player.h"

namespace cutset::injector::play {

namespace {

using namespace std::chrono_literals;

}  // namespace

void Player::close_all() {
  collect_requests();
  std::vector<Result<v1::ClosePlanReply>> replies(setup_.hosts.size(),
                                                  v1::ClosePlanReply());
  on_all_hosts([&](size_t i) {
    if (!loaded_[i] || !record_.hosts[i].lost.empty()) return;
    replies[i] = setup_.hosts[i].agent->close_plan();
  });
  for (std::thread& thread : relays_) thread.join();
  relays_.clear();
  host_watches_.clear();
  watches_.clear();
  while (auto letter = mailbox_.take(0ns, nullptr)) {
    // Whoever was lost while all was ended anyway is no news.
    if (!std::holds_alternative<LostLetter>(*letter)) {
      std::visit([this](auto& one) { read(one); }, *letter);
    }
  }
  for (size_t i = 0; i < replies.size(); ++i) {
    HostRecord& host = record_.hosts[i];
    loaded_[i] = false;
    if (!replies[i]) {
      lose(i, replies[i].error());
      continue;
    }
    for (const v1::StepEvent& event : replies[i]->events()) add_event(i, event);
    for (const std::string& problem : replies[i]->problems()) {
      host.problems.push_back(problem);
      note(fmt::format("{}: not undone: {}", host.name, problem));
    }
  }
}

void Player::collect_requests() {
  for (size_t i = 0; i < setup_.hosts.size(); ++i) {
    if (plan_.hosts[i].requests.empty() || !loaded_[i]) continue;
    if (!record_.hosts[i].lost.empty()) continue;
    const auto collected = setup_.hosts[i].agent->abandon_run(setup_.run);
    if (!collected) {
      note(fmt::format("{}: {}", record_.hosts[i].name, collected.error().message));
      continue;
    }
    for (const v1::FaultState& fault : collected->faults()) add_request(i, fault);
  }
}

void Player::add_request(size_t i, const v1::FaultState& fault) {
  const HostRecord& host = record_.hosts[i];
  for (const CompiledAction& action : plan_.actions) {
    if (action.request != fault.id() || action.request_host != host.name) continue;
    const auto add = [&](v1::StepEvent::Kind kind, int64_t utc_ns) {
      PlayEvent event;
      event.host = host.name;
      event.utc_ns = host.clock.to_ours(utc_ns);
      event.error_ns = host.clock.error_ns;
      event.event.set_kind(kind);
      event.event.set_step(action.id);
      event.event.set_hits(fault.hits());
      event.event.set_error(fault.error());
      if (kind == v1::StepEvent::FIRED) {
        event.event.set_detail(fmt::format("call {:016x}", fault.fired_on()));
      }
      keep(event);
    };
    if (fault.armed()) add(v1::StepEvent::ARMED, fault.armed_ns());
    if (fault.fired()) add(v1::StepEvent::FIRED, fault.fired_ns());
    if (!fault.error().empty()) add(v1::StepEvent::FAILED, fault.undone_ns());
    if (fault.undone()) add(v1::StepEvent::UNDONE, fault.undone_ns());
  }
}

void Player::conclude() {
  record_.ended_utc_ns = now_utc_ns();
  for (size_t i = 0; i < record_.hosts.size(); ++i) {
    if (record_.barrier_utc_ns == 0 || setup_.sample.count() == 0) break;
    if (!sampled_.contains(i)) note(record_.hosts[i].name + " sent no samples");
  }
  merge_events(record_.events);
  record_.actions = judge_actions(plan_, record_.events, record_.barrier_utc_ns);
  std::vector<std::string> lost;
  for (const HostRecord& host : record_.hosts) {
    if (!host.lost.empty()) lost.push_back(host.name + " (" + host.lost + ")");
  }
  std::vector<std::string> unfired;
  for (const ActionRecord& action : record_.actions) {
    if (!action.acceptable()) unfired.push_back(action.action.id);
  }
  if (!record_.problems.empty()) {
    record_.verdict = Verdict::kRefused;
  } else if (stop_.requested() && !came_to_end_) {
    record_.verdict = Verdict::kStopped;
    record_.reason = "stopped";
  } else if (!lost.empty()) {
    record_.verdict = Verdict::kInconclusive;
    record_.reason = "lost: " + join(lost, ", ");
  } else if (!came_to_end_) {
    record_.verdict = Verdict::kInconclusive;
  } else if (!unfired.empty()) {
    record_.verdict = Verdict::kInconclusive;
    record_.reason = fmt::format("{} of {} actions did not fire: {}", unfired.size(),
                                 record_.actions.size(), join(unfired, ", "));
  } else {
    record_.verdict = Verdict::kFired;
  }
}

PlanAgent* Player::agent_of(const std::string& host) const {
  for (const PlayHost& one : setup_.hosts) {
    if (one.name == host) return one.agent;
  }
  CHECK(false);
  return nullptr;
}

}  // namespace cutset::injector::play
