#include "injector/agent_group.h"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
using Clock = std::chrono::steady_clock;

/// What one look at all agents showed.
struct Look {
  bool quiet = true;
  bool abandoned = false;
  uint64_t begun = 0;
};

Look summed(const std::vector<v1::CollectRunReply>& replies) {
  Look look;
  for (const v1::CollectRunReply& reply : replies) {
    look.quiet = look.quiet && reply.quiet();
    look.abandoned = look.abandoned || reply.abandoned();
    look.begun += reply.begun();
  }
  return look;
}

void merge_fault(v1::FaultState& into, const v1::FaultState& other) {
  into.set_armed(into.armed() && other.armed());
  into.set_undone(into.undone() && other.undone());
  into.set_hits(into.hits() + other.hits());
  if (into.error().empty()) into.set_error(other.error());
  into.set_armed_ns(std::max(into.armed_ns(), other.armed_ns()));
  into.set_undone_ns(std::max(into.undone_ns(), other.undone_ns()));
  if (!other.fired()) return;
  if (!into.fired() || other.fired_ns() < into.fired_ns()) {
    into.set_fired_on(other.fired_on());
    into.set_fired_ns(other.fired_ns());
  }
  into.set_fired(true);
}

}  // namespace

v1::CollectRunReply merged_records(const std::vector<v1::CollectRunReply>& replies) {
  if (replies.size() == 1) return replies.front();
  v1::CollectRunReply merged;
  merged.set_quiet(true);
  std::map<uint32_t, v1::FaultState> faults;
  for (const v1::CollectRunReply& reply : replies) {
    merged.mutable_calls()->MergeFrom(reply.calls());
    merged.mutable_ended()->MergeFrom(reply.ended());
    merged.set_unmarked_calls(merged.unmarked_calls() + reply.unmarked_calls());
    merged.set_quiet(merged.quiet() && reply.quiet());
    for (const v1::FaultState& state : reply.faults()) {
      const auto [found, is_new] = faults.emplace(state.id(), state);
      if (!is_new) merge_fault(found->second, state);
    }
  }
  std::stable_sort(merged.mutable_calls()->begin(), merged.mutable_calls()->end(),
                   [](const v1::CallRecord& a, const v1::CallRecord& b) {
                     return a.start_ns() < b.start_ns();
                   });
  for (auto& [id, state] : faults) *merged.add_faults() = std::move(state);
  return merged;
}

template <typename Reply>
Result<std::vector<Reply>> AgentGroup::ask_all(
    const std::function<Result<Reply>(AgentClient&)>& question) {
  std::vector<std::optional<Result<Reply>>> answers(agents_.size());
  std::vector<std::thread> threads;
  for (size_t i = 1; i < agents_.size(); ++i) {
    threads.emplace_back([&, i] { answers[i] = question(*agents_[i]); });
  }
  answers[0] = question(*agents_[0]);
  for (std::thread& thread : threads) thread.join();
  std::vector<Reply> replies;
  for (std::optional<Result<Reply>>& answer : answers) {
    if (!answer->ok()) return answer->error();
    replies.push_back(std::move(**answer));
  }
  return replies;
}

Result<v1::ArmRunReply> AgentGroup::arm_run(const v1::ArmRunRequest& request) {
  CUTSET_ASSIGN(const auto replies, ask_all<v1::ArmRunReply>([&](AgentClient& agent) {
                  return agent.arm_run(request);
                }));
  return replies.front();
}

Result<v1::CollectRunReply> AgentGroup::collect_run(const v1::CollectRunRequest& request,
                                                    const StopSignal& stop) {
  if (agents_.size() == 1) return agents_.front()->collect_run(request);
  const auto deadline = Clock::now() + std::chrono::milliseconds(request.limit_ms());
  v1::CollectRunRequest look = request;
  look.set_look(true);
  std::optional<uint64_t> begun;
  bool quiet = false;
  while (!quiet) {
    CUTSET_TRY(stop.check());
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    look.set_limit_ms(static_cast<uint32_t>(std::max<int64_t>(0, left)));
    CUTSET_ASSIGN(const auto replies, ask_all<v1::CollectRunReply>([&](AgentClient& a) {
                    return a.collect_run(look);
                  }));
    const Look seen = summed(replies);
    // Where one caller gave up, all hosts may still work for nobody.
    if (seen.abandoned) {
      look.set_quiet_ms(std::max(request.quiet_ms(), request.quiet_abandoned_ms()));
    }
    quiet = seen.quiet && begun == seen.begun;
    begun = seen.begun;
    if (!quiet && left <= 0) break;
  }
  v1::CollectRunRequest collect = request;
  collect.set_quiet_ms(0);
  collect.set_quiet_abandoned_ms(0);
  collect.set_limit_ms(0);
  CUTSET_ASSIGN(const auto replies, ask_all<v1::CollectRunReply>([&](AgentClient& agent) {
                  return agent.collect_run(collect);
                }));
  v1::CollectRunReply merged = merged_records(replies);
  merged.set_quiet(merged.quiet() && quiet);
  return merged;
}

void AgentGroup::abandon_run(const std::string& run) {
  // Where this fails the agent is lost, and the end of the lease lifts its faults.
  for (AgentClient* agent : agents_)
    [[maybe_unused]] const auto undone = agent->abandon_run(run);
}

}  // namespace cutset::injector
