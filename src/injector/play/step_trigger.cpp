#include "injector/play/step_trigger.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/play/step_action.h"

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;
using Instances = std::vector<fdsl::Instance>;
using Seen = std::vector<SeenTrigger>;

std::vector<const fdsl::Instance*> watched(const fdsl::Endpoint& endpoint,
                                           const Instances& instances) {
  std::vector<const fdsl::Instance*> found;
  for (const fdsl::Instance& instance : instances) {
    const bool named =
        endpoint.slots.empty() || std::find(endpoint.slots.begin(), endpoint.slots.end(),
                                            instance.slot) != endpoint.slots.end();
    if (instance.service == endpoint.service && named) found.push_back(&instance);
  }
  return found;
}

Status one_place(size_t places, int64_t nth, const std::string& service) {
  if (places == 0) {
    return Error::bad_input(fmt::format("there is no such instance of {}", service));
  }
  if (places == 1 || nth == 1) return {};
  return Error::bad_input(
      fmt::format("nth: {} over {} instances of {}: nobody counts over several hosts; "
                  "name one slot in `specific`",
                  nth, places, service));
}

Result<Seen> see(const fdsl::LogTrigger& log, const Instances& instances) {
  CUTSET_ASSIGN(const std::string pattern, posix_pattern(log.matches));
  const auto found = watched(log.on, instances);
  CUTSET_TRY(one_place(found.size(), log.nth, log.on.service));
  Seen seen;
  for (const fdsl::Instance* instance : found) {
    SeenTrigger& one = seen.emplace_back();
    one.host = instance->host;
    v1::LogTrigger& trigger = *one.trigger.mutable_log();
    *trigger.mutable_instance() = instance_name(instance->service, instance->slot);
    trigger.set_pattern(pattern);
    trigger.set_nth(static_cast<uint64_t>(log.nth));
  }
  return seen;
}

Result<Seen> see(const fdsl::MessageTrigger& message, const Instances& instances) {
  const auto from = watched(message.from, instances);
  const auto to = watched(message.to, instances);
  if (from.size() != 1 || to.size() != 1) {
    return Error::bad_input(
        fmt::format("a message is counted and held on one link, this is {} instances of "
                    "{} and {} of {}; name one slot on each side in `specific`",
                    from.size(), message.from.service, to.size(), message.to.service));
  }
  Seen seen(1);
  seen[0].host = from[0]->host;
  seen[0].held = true;
  v1::MessageTrigger& trigger = *seen[0].trigger.mutable_message();
  *trigger.mutable_from() = instance_name(from[0]->service, from[0]->slot);
  *trigger.mutable_to() = instance_name(to[0]->service, to[0]->slot);
  trigger.mutable_messages()->set_framing(framing_of(message.framing));
  trigger.mutable_messages()->set_operation(message.operation);
  trigger.mutable_messages()->set_first(static_cast<uint64_t>(message.nth));
  trigger.set_after(message.edge == fdsl::MessageEdge::kDeliver);
  return seen;
}

/// Calls pass the proxy of the instance that they are for.
Result<Seen> see_call(const std::string& callee, const std::string& caller,
                      const std::string& signature, int64_t nth, bool end,
                      const fdsl::Endpoint& at, const Instances& instances) {
  const auto found = watched(at, instances);
  CUTSET_TRY(one_place(found.size(), nth, callee));
  Seen seen;
  for (const fdsl::Instance* instance : found) {
    SeenTrigger& one = seen.emplace_back();
    one.host = instance->host;
    one.held = true;
    v1::CallTrigger& trigger = *one.trigger.mutable_call();
    trigger.set_callee(proxy_name(callee, instance->slot, instances));
    trigger.set_caller(caller);
    trigger.set_signature(signature);
    trigger.set_nth(static_cast<uint64_t>(nth));
    trigger.set_end(end);
  }
  return seen;
}

Result<Seen> see(const fdsl::CallTrigger& call, const Instances& instances) {
  if (call.call.call || !call.call.within.empty()) {
    return Error::bad_input(
        "a schedule that is played has no run of marked requests in which a call could "
        "be told by what called it; use `service`, `from`, `operation` and `nth` "
        "instead of `call` and `within`");
  }
  return see_call(call.service, call.call.from, call.call.operation, call.call.nth,
                  call.edge == fdsl::SpanEdge::kEnd, {call.service, {}}, instances);
}

/// A span is told when it has ended, too late to hold anything: what is seen is the call
/// that the span serves.
Result<Seen> see(const fdsl::SpanTrigger& span, const Instances& instances) {
  if (span.operation.find('/') == std::string::npos) {
    return Error::bad_input(fmt::format(
        "the span \"{}\" is inside {}, and programs tell of their spans when these have "
        "ended; only calls can be waited for (\"POST /commit\", \"pkg.Service/Method\"), "
        "or use `log`",
        span.operation, span.on.service));
  }
  return see_call(span.on.service, "", span.operation, span.nth,
                  span.edge == fdsl::SpanEdge::kEnd, span.on, instances);
}

Result<Seen> see(const fdsl::SyscallTrigger& syscall, const Instances& /*instances*/) {
  return Error::bad_input(fmt::format(
      "agents do not see system calls ({}); crash at a `message`, a `call` or "
      "a line of the `log` instead",
      syscall.name));
}

Result<Seen> see(const fdsl::AfterMoment& /*after*/, const Instances& /*instances*/) {
  return Error::internal("a moment is no trigger of its own");
}

}  // namespace

Result<Seen> seen_triggers(const fdsl::Trigger& trigger, const Instances& instances) {
  return std::visit([&](const auto& one) { return see(one, instances); }, trigger);
}

Result<v1::Trigger> crash_trigger(const fdsl::CrashPoint& point,
                                  const fdsl::Instance& target,
                                  const Instances& instances) {
  fdsl::CrashPoint own = point;
  const fdsl::Endpoint itself{target.service, {target.slot}};
  if (auto* span = std::get_if<fdsl::SpanTrigger>(&own);
      span && span->on.service.empty()) {
    span->on = itself;
  }
  if (auto* log = std::get_if<fdsl::LogTrigger>(&own); log && log->on.service.empty()) {
    log->on = itself;
  }
  CUTSET_ASSIGN(const Seen seen,
                std::visit([&](const auto& one) { return see(one, instances); }, own));
  for (const SeenTrigger& one : seen) {
    if (seen.size() == 1 && one.host == target.host) return one.trigger;
  }
  return Error::bad_input(fmt::format(
      "the point of a crash is seen on the host of what crashes, {}; this one "
      "is seen elsewhere: use a moment with `when` and a kill",
      target.host));
}

}  // namespace cutset::injector::play
