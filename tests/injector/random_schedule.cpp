#include "random_schedule.h"

#include <fmt/format.h>

namespace cutset::injector::fdsl {

namespace {

constexpr int64_t kEnd = 100;
constexpr int kInstances = 4;

}  // namespace

int64_t RandomSchedule::below(int64_t bound) {
  return static_cast<int64_t>(engine_() % static_cast<uint64_t>(bound));
}

/// Words that YAML takes for something else, and bytes that need care.
std::string RandomSchedule::text() {
  static const std::vector<std::string> words = {"a",
                                                 "yes",
                                                 "no",
                                                 "null",
                                                 "~",
                                                 "1.50",
                                                 "0x10",
                                                 "- x",
                                                 "a: b",
                                                 "#no",
                                                 "a #b",
                                                 "\"q\"",
                                                 "back\\",
                                                 "tab\there",
                                                 "l1\nl2",
                                                 " x ",
                                                 "{}",
                                                 "[",
                                                 "true",
                                                 "on",
                                                 "10",
                                                 "\x01",
                                                 "größe",
                                                 "a\xc2\x85z",
                                                 "a\xe2\x80\xa8z",
                                                 "\xef\xbb\xbf",
                                                 "%TAG",
                                                 "*a",
                                                 "&a",
                                                 "a\r\nb",
                                                 "<<",
                                                 "=",
                                                 "!x",
                                                 "'",
                                                 "\x7f",
                                                 "---",
                                                 "...",
                                                 "?",
                                                 "|"};
  std::string result = words[static_cast<size_t>(below(std::ssize(words)))];
  if (chance(30)) result += words[static_cast<size_t>(below(std::ssize(words)))];
  return result;
}

std::string RandomSchedule::service() {
  return schedule_.services[static_cast<size_t>(below(std::ssize(schedule_.services)))]
      .first;
}

Milliseconds RandomSchedule::time(int64_t low_ms, int64_t high_ms) {
  const int64_t value = from(low_ms, high_ms);
  const bool whole = schedule_.version == 1 || chance(70);
  return Milliseconds(whole ? (value + 999) / 1000 * 1000 : value);
}

Target RandomSchedule::target(bool random_allowed) {
  if (random_allowed && chance(30)) {
    const bool amount = chance(50);
    return {amount ? Target::Kind::kAmount : Target::Kind::kPercentage,
            {},
            static_cast<int>(amount ? from(1, 2) : from(1, 60))};
  }
  std::vector<int> slots;
  for (int slot = 0; slot < kInstances; ++slot) {
    if (chance(40)) slots.push_back(slot);
  }
  if (slots.empty()) slots.push_back(static_cast<int>(below(kInstances)));
  return Target::specific(slots);
}

Endpoint RandomSchedule::endpoint() {
  Endpoint result{service(), {}};
  if (chance(50)) result.slots = target(false).slots;
  return result;
}

std::vector<Endpoint> RandomSchedule::endpoints() {
  std::vector<Endpoint> result;
  for (int64_t count = from(1, 3); count > 0; --count) result.push_back(endpoint());
  return result;
}

Lasting RandomSchedule::lasting() {
  Lasting result;
  if (chance(60)) result.duration = time(1, 50'000);
  if (chance(40)) {
    result.label = chance(50) && !labels_.empty() ? labels_.front() : text();
    labels_.push_back(result.label);
  }
  return result;
}

CallMatch RandomSchedule::call_match(const std::string& callee) {
  CallMatch result;
  if (chance(50)) {
    identity::CallId call;
    call.points.push_back({service(), "GET /" + text(), chance(30) ? text() : "", 1});
    call.points.push_back(
        {callee, "POST /" + text(), "", static_cast<uint32_t>(below(4))});
    result.call = call;
    return result;
  }
  result.operation = text();
  if (chance(40)) result.from = service();
  if (chance(40)) result.within = text();
  result.nth = chance(50) ? 1 : from(1, 9);
  return result;
}

std::optional<MessageRange> RandomSchedule::range() {
  if (chance(40)) return std::nullopt;
  const int64_t first = from(1, 5);
  return MessageRange{first, first + (chance(50) ? 0 : below(4))};
}

CrashPoint RandomSchedule::crash_point() {
  switch (below(4)) {
    case 0:
      return SpanTrigger{
          {}, text(), from(1, 3), chance(50) ? SpanEdge::kStart : SpanEdge::kEnd};
    case 1:
      return MessageTrigger{endpoint(),
                            endpoint(),
                            static_cast<Framing>(below(5)),
                            chance(50) ? text() : "",
                            from(1, 3),
                            chance(50) ? MessageEdge::kSend : MessageEdge::kDeliver};
    case 2:
      return LogTrigger{{}, "x.*", from(1, 3)};
    default:
      return SyscallTrigger{"fsync", chance(50) ? text() : "", from(1, 3),
                            chance(50) ? SyscallEdge::kBefore : SyscallEdge::kAfter};
  }
}

Fault RandomSchedule::fault(const std::string& callee) {
  const int64_t kinds =
      schedule_.version == 1 ? 4 : static_cast<int64_t>(std::variant_size_v<Fault>);
  return fault_of_kind(static_cast<size_t>(below(kinds)), callee);
}

Fault RandomSchedule::fault_of_kind(size_t kind, const std::string& callee) {
  const std::string& key = fault_keys()[kind];
  const auto direction = static_cast<Direction>(below(3));
  if (key == "kill") return Kill{};
  if (key == "signal") {
    return Signal{signal_names()[static_cast<size_t>(below(8))], chance(30)};
  }
  if (key == "cpu") return Cpu{Milliseconds(1000 * from(1, 99))};
  if (key == "custom") {
    Custom custom{chance(30), text(), kFaultFolder, {}, kExecutable, {}};
    for (int64_t i = below(3); i > 0; --i) custom.script_arguments.push_back(text());
    for (int64_t i = below(3); i > 0; --i) custom.executable_arguments.push_back(text());
    if (chance(30)) custom.folder = "/opt/";
    if (chance(30)) custom.executable = text();
    return custom;
  }
  if (key == "partition") return Partition{endpoints(), direction, lasting()};
  if (key == "omission") {
    return Omission{endpoints(), static_cast<Framing>(below(5)), range(),
                    chance(40) ? text() : "", lasting()};
  }
  if (key == "delay") {
    Delay delay{endpoints(), time(1, 9000), Milliseconds(0), {}, range(), lasting()};
    if (chance(50)) delay.jitter = Milliseconds(below(delay.delay.count() + 1));
    if (delay.messages) delay.framing = static_cast<Framing>(below(5));
    return delay;
  }
  if (key == "bandwidth")
    return Bandwidth{endpoints(), from(1, 9999), direction, lasting()};
  if (key == "request") {
    Request request{call_match(callee), {}};
    if (!request.call.call) request.call.count = chance(50) ? 1 : from(1, 5);
    CallEffect& effect = request.effect;
    effect.corrupt = chance(10);
    if (effect.corrupt) return request;
    effect.mode.action = static_cast<identity::FaultAction>(below(6));
    const bool takes_status = effect.mode.action == identity::FaultAction::kError ||
                              effect.mode.action == identity::FaultAction::kErrorAfter;
    if (takes_status && chance(30)) effect.grpc_status = "ABORTED";
    if (takes_status && effect.grpc_status.empty()) {
      effect.mode.status = static_cast<int>(from(100, 599));
    }
    if (effect.mode.action == identity::FaultAction::kDelay) {
      effect.mode.milliseconds = static_cast<int>(from(1, 600'000));
    }
    return request;
  }
  if (key == "crash") {
    Crash crash;
    if (chance(40)) crash.at = crash_point();
    if (chance(40)) crash.signal = "SIGABRT";
    if (chance(40)) crash.restart_after = time(0, 9000);
    return crash;
  }
  if (key == "pause") return Pause{lasting()};
  if (key == "disk_wipe") return DiskWipe{"/data/" + text()};
  if (key == "clock_offset") return ClockOffset{Milliseconds(-from(1, 9999)), lasting()};
  if (key == "cpu_pressure") return CpuPressure{from(1, 8), time(1, 9000)};
  if (key == "memory_pressure") return MemoryPressure{from(1, 999), time(1, 9000)};
  return DiskPressure{"/data/" + text(), from(1, 999), time(1, 9000)};
}

Trigger RandomSchedule::trigger() {
  switch (below(names_.empty() ? 4 : 5)) {
    case 0:
      return MessageTrigger{endpoint(), endpoint(), static_cast<Framing>(below(5)),
                            text(),     from(1, 3), MessageEdge::kDeliver};
    case 1: {
      CallTrigger call{service(), {}, chance(50) ? SpanEdge::kStart : SpanEdge::kEnd};
      call.call = call_match(call.service);
      return call;
    }
    case 2:
      return SpanTrigger{endpoint(), text(), from(1, 3), SpanEdge::kEnd};
    case 3:
      return LogTrigger{endpoint(), "[a-z]+", from(1, 3)};
    default:
      return AfterMoment{names_[static_cast<size_t>(below(std::ssize(names_)))],
                         time(0, 1000)};
  }
}

ServiceEvent RandomSchedule::event(bool timed) {
  ServiceEvent event{service(), {}, {}};
  const int64_t kind = below(schedule_.version == 1 ? 6 : 10);
  if (kind == 0) {
    event.action = Start{{Target::Kind::kAmount, {}, static_cast<int>(from(1, 2))}};
    if (timed && chance(40)) {
      event.action =
          Start{{Target::Kind::kPercentage, {}, static_cast<int>(from(1, 150))}};
    }
  } else if (kind == 1) {
    event.action = Stop{target(timed)};
  } else if (kind == 6) {
    event.action = Restart{target(false).slots};
  } else if (kind == 7 && !labels_.empty()) {
    event.action = Heal{labels_[static_cast<size_t>(below(std::ssize(labels_)))]};
  } else if (kind == 8) {
    event.action = Resume{target(false).slots};
  } else {
    Fault made = fault(event.service);
    const auto* request = std::get_if<Request>(&made);
    const bool taken = request != nullptr && request->call.call &&
                       !calls_.insert(request->call.call->text()).second;
    if (taken) made = Pause{};
    event.action = Inject{target(timed), std::move(made)};
  }
  return event;
}

Moment RandomSchedule::moment() {
  Moment moment;
  calls_.clear();
  if (schedule_.version == 2 && chance(25)) {
    moment.when = When{trigger(), time(1, kEnd * 1000), static_cast<Otherwise>(below(3))};
  } else {
    moment.time = time(0, kEnd * 1000);
  }
  if (schedule_.version == 2 && chance(30)) {
    moment.name = fmt::format("m {}", names_.size());
    names_.push_back(moment.name);
  }
  if (chance(20)) {
    moment.mark = text();
  } else {
    for (int64_t count = from(1, 3); count > 0; --count) {
      moment.events.push_back(event(moment.time.has_value()));
    }
  }
  return moment;
}

Schedule RandomSchedule::make() {
  schedule_.version = chance(33) ? 1 : 2;
  schedule_.seed = static_cast<int64_t>(engine_());
  schedule_.end_seconds = kEnd;
  if (chance(20)) schedule_.ntp_server = text();
  static const std::vector<std::string> names = {"alpha", "no",  "404",
                                                 "Web",   "a b", "x-y"};
  for (const std::string& name : names) {
    if (chance(50)) schedule_.services.emplace_back(name, kInstances);
  }
  if (schedule_.services.empty()) schedule_.services.emplace_back("only", kInstances);
  for (int64_t count = below(7); count > 0; --count) {
    schedule_.moments.push_back(moment());
  }
  if (chance(30)) {
    Lineage lineage{text(), text(), {text()}, {text(), ""}, {}};
    if (chance(50)) lineage.budget = Budget{from(0, 9), {}, from(0, 9)};
    schedule_.lineage = lineage;
  }
  put_in_order(schedule_);
  return schedule_;
}

}  // namespace cutset::injector::fdsl
