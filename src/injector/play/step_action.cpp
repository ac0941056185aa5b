#include "injector/play/step_action.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;

constexpr int64_t kNanosAMilli = 1'000'000;
constexpr int64_t kStopGraceNs = 10'000 * kNanosAMilli;  // FaultSee's
constexpr int64_t kBytesAMegabyte = 1'000'000;

int64_t nanos(fdsl::Milliseconds time) {
  return time.count() * kNanosAMilli;
}

v1::Direction direction_of(fdsl::Direction direction) {
  switch (direction) {
    case fdsl::Direction::kBoth:
      return v1::DIRECTION_BOTH;
    case fdsl::Direction::kOut:
      return v1::DIRECTION_OUT;
    case fdsl::Direction::kIn:
      return v1::DIRECTION_IN;
  }
  return v1::DIRECTION_BOTH;
}

void set_messages(const std::optional<fdsl::Framing>& framing,
                  const std::optional<fdsl::MessageRange>& range,
                  const std::string& operation, v1::MessageFilter& filter) {
  if (framing) filter.set_framing(framing_of(*framing));
  filter.set_operation(operation);
  if (!range) return;
  filter.set_first(static_cast<uint64_t>(range->first));
  filter.set_last(static_cast<uint64_t>(range->last));
}

/// One fault as an action of a step.
class FaultAction {
 public:
  FaultAction(const std::vector<fdsl::Instance>& instances, v1::Step& step)
      : instances_(instances), step_(step) {}

  Status operator()(const fdsl::Kill& /*kill*/) {
    step_.mutable_kill();
    return {};
  }
  Status operator()(const fdsl::Signal& signal) { return send(signal.name); }
  Status operator()(const fdsl::Cpu& cpu) {
    step_.mutable_cpu()->set_cores(1);
    return lasts(cpu.duration);
  }
  Status operator()(const fdsl::Custom& custom) {
    v1::CustomAction& action = *step_.mutable_custom();
    action.add_arguments(custom.executable);
    for (const std::string& word : custom.executable_arguments) {
      action.add_arguments(word);
    }
    action.add_arguments(custom.folder + custom.file);
    for (const std::string& word : custom.script_arguments) action.add_arguments(word);
    return {};
  }
  Status operator()(const fdsl::Partition& partition) {
    v1::PartitionAction& action = *step_.mutable_partition();
    action.set_direction(direction_of(partition.direction));
    return between(partition.to, partition.lasting, action);
  }
  Status operator()(const fdsl::Omission& omission) {
    v1::OmissionAction& action = *step_.mutable_omission();
    set_messages(omission.framing, omission.messages, omission.message,
                 *action.mutable_messages());
    return between(omission.to, omission.lasting, action);
  }
  Status operator()(const fdsl::Delay& delay) {
    v1::DelayAction& action = *step_.mutable_delay();
    action.set_delay_ns(nanos(delay.delay));
    action.set_jitter_ns(nanos(delay.jitter));
    if (delay.framing || delay.messages) {
      set_messages(delay.framing, delay.messages, "", *action.mutable_messages());
    }
    return between(delay.to, delay.lasting, action);
  }
  Status operator()(const fdsl::Bandwidth& bandwidth) {
    v1::BandwidthAction& action = *step_.mutable_bandwidth();
    action.set_direction(direction_of(bandwidth.direction));
    action.set_bits_per_second(static_cast<uint64_t>(bandwidth.kilobits_per_second) *
                               1000);
    return between(bandwidth.to, bandwidth.lasting, action);
  }
  Status operator()(const fdsl::Request& request) {
    CHECK(!request.call.call);
    CUTSET_TRY(check(request));
    v1::RequestAction& action = *step_.mutable_request();
    action.set_callee(proxy_name(step_.target().service(),
                                 static_cast<int>(step_.target().slot()), instances_));
    action.set_caller(request.call.from);
    action.set_signature(request.call.operation);
    action.set_nth(static_cast<uint64_t>(request.call.nth));
    action.set_count(static_cast<uint64_t>(request.call.count));
    set_mode(request.effect.mode, action);
    return {};
  }
  Status operator()(const fdsl::Crash& crash) {
    if (crash.signal != "SIGKILL") return send(crash.signal);
    step_.mutable_kill();
    return {};
  }
  Status operator()(const fdsl::Pause& pause) {
    step_.mutable_pause();
    return stays(pause.lasting);
  }
  Status operator()(const fdsl::DiskWipe& wipe) {
    step_.mutable_disk_wipe()->set_path(wipe.path);
    return {};
  }
  Status operator()(const fdsl::ClockOffset& clock) {
    step_.mutable_clock_offset()->set_offset_ns(nanos(clock.offset));
    return stays(clock.lasting);
  }
  Status operator()(const fdsl::CpuPressure& pressure) {
    step_.mutable_cpu()->set_cores(static_cast<uint32_t>(pressure.cores));
    return lasts(pressure.duration);
  }
  Status operator()(const fdsl::MemoryPressure& pressure) {
    step_.mutable_memory()->set_bytes(
        static_cast<uint64_t>(pressure.megabytes * kBytesAMegabyte));
    return lasts(pressure.duration);
  }
  Status operator()(const fdsl::DiskPressure& pressure) {
    step_.mutable_disk_fill()->set_path(pressure.path);
    step_.mutable_disk_fill()->set_bytes(
        static_cast<uint64_t>(pressure.megabytes * kBytesAMegabyte));
    return lasts(pressure.duration);
  }

 private:
  Status send(const std::string& name) {
    CUTSET_ASSIGN(const int number, signal_number(name));
    step_.mutable_signal()->set_number(number);
    return {};
  }

  static Status check(const fdsl::Request& request) {
    CUTSET_TRY(check_effect(request.effect));
    if (!request.call.within.empty()) {
      return Error::bad_input(fmt::format(
          "`within: \"{}\"` is told by the mark that a run of cutset gives its requests, "
          "and a schedule that is played has none; leave it out and count with `nth`, or "
          "write the whole identity as `call:` (cutset analyze and cutset run print it)",
          request.call.within));
    }
    if (request.call.operation.empty() ||
        request.call.operation.find(" /") != std::string::npos)
      return {};
    return Error::bad_input(fmt::format(
        "the operation \"{}\": a method and a path are expected, as in \"POST "
        "/reserve\"; "
        "the proxies speak HTTP/1.1, so for gRPC use an `omission` or a `delay` with "
        "framing http2",
        request.call.operation));
  }

  Status lasts(fdsl::Milliseconds duration) {
    step_.set_duration_ns(nanos(duration));
    return {};
  }

  Status stays(const fdsl::Lasting& lasting) {
    if (lasting.duration) step_.set_duration_ns(nanos(*lasting.duration));
    step_.set_label(lasting.label);
    return {};
  }

  template <typename Action>
  Status between(const std::vector<fdsl::Endpoint>& to, const fdsl::Lasting& lasting,
                 Action& action) {
    for (const fdsl::Endpoint& endpoint : to) {
      for (const v1::InstanceName& peer : instances_of(endpoint, instances_)) {
        const bool itself = peer.service() == step_.target().service() &&
                            peer.slot() == step_.target().slot();
        if (!itself) *action.add_peers() = peer;
      }
    }
    if (action.peers_size() == 0) {
      return Error::bad_input(
          "there is nobody on the other side of the link; name another service or slot "
          "in `to`");
    }
    return stays(lasting);
  }

  const std::vector<fdsl::Instance>& instances_;
  v1::Step& step_;
};

}  // namespace

std::string proxy_name(const std::string& service, int slot,
                       const std::vector<fdsl::Instance>& instances) {
  const auto slots = std::count_if(
      instances.begin(), instances.end(),
      [&](const fdsl::Instance& instance) { return instance.service == service; });
  return slots == 1 ? service : fmt::format("{}.{}", service, slot);
}

Status check_effect(const fdsl::CallEffect& effect) {
  if (!effect.corrupt && effect.grpc_status.empty()) return {};
  return Error::bad_input(
      fmt::format("{}: the proxies speak HTTP/1.1 and pass bodies unread; use another "
                  "`action`, with a `status` where it takes one",
                  effect.corrupt ? "`action: corrupt`" : "`grpc_status`"));
}

v1::InstanceName instance_name(const std::string& service, int slot) {
  v1::InstanceName name;
  name.set_service(service);
  name.set_slot(static_cast<uint32_t>(slot));
  return name;
}

std::string instance_text(const v1::InstanceName& name) {
  return fmt::format("{}/{}", name.service(), name.slot());
}

v1::Framing framing_of(fdsl::Framing framing) {
  switch (framing) {
    case fdsl::Framing::kDatagram:
      return v1::FRAMING_DATAGRAM;
    case fdsl::Framing::kHttp1:
      return v1::FRAMING_HTTP1;
    case fdsl::Framing::kHttp2:
      return v1::FRAMING_HTTP2;
    case fdsl::Framing::kResp:
      return v1::FRAMING_RESP;
    case fdsl::Framing::kLengthPrefix:
      return v1::FRAMING_LENGTH_PREFIX;
  }
  return v1::FRAMING_NONE;
}

std::vector<v1::InstanceName> instances_of(const fdsl::Endpoint& endpoint,
                                           const std::vector<fdsl::Instance>& instances) {
  std::vector<v1::InstanceName> names;
  for (const fdsl::Instance& instance : instances) {
    if (instance.service != endpoint.service) continue;
    const bool named =
        endpoint.slots.empty() || std::find(endpoint.slots.begin(), endpoint.slots.end(),
                                            instance.slot) != endpoint.slots.end();
    if (named) names.push_back(instance_name(instance.service, instance.slot));
  }
  return names;
}

Status set_action(const fdsl::Action& action,
                  const std::vector<fdsl::Instance>& instances, v1::Step& step) {
  if (std::holds_alternative<fdsl::Start>(action)) {
    step.mutable_start();
  } else if (std::holds_alternative<fdsl::Stop>(action)) {
    step.mutable_stop()->set_grace_ns(kStopGraceNs);
  } else if (std::holds_alternative<fdsl::Restart>(action)) {
    step.mutable_restart();
  } else if (std::holds_alternative<fdsl::Resume>(action)) {
    step.mutable_resume();
  } else if (const auto* inject = std::get_if<fdsl::Inject>(&action)) {
    return std::visit(FaultAction(instances, step), inject->fault);
  } else {
    CHECK(std::holds_alternative<fdsl::Heal>(action));
  }
  return {};
}

Result<int> signal_number(const std::string& name) {
  static const std::vector<std::pair<std::string, int>> known = {
      {"SIGHUP", SIGHUP},       {"SIGINT", SIGINT},       {"SIGQUIT", SIGQUIT},
      {"SIGILL", SIGILL},       {"SIGTRAP", SIGTRAP},     {"SIGABRT", SIGABRT},
      {"SIGIOT", SIGIOT},       {"SIGBUS", SIGBUS},       {"SIGFPE", SIGFPE},
      {"SIGKILL", SIGKILL},     {"SIGUSR1", SIGUSR1},     {"SIGSEGV", SIGSEGV},
      {"SIGUSR2", SIGUSR2},     {"SIGPIPE", SIGPIPE},     {"SIGALRM", SIGALRM},
      {"SIGTERM", SIGTERM},     {"SIGSTKFLT", SIGSTKFLT}, {"SIGCHLD", SIGCHLD},
      {"SIGCLD", SIGCHLD},      {"SIGCONT", SIGCONT},     {"SIGSTOP", SIGSTOP},
      {"SIGTSTP", SIGTSTP},     {"SIGTTIN", SIGTTIN},     {"SIGTTOU", SIGTTOU},
      {"SIGURG", SIGURG},       {"SIGXCPU", SIGXCPU},     {"SIGXFSZ", SIGXFSZ},
      {"SIGVTALRM", SIGVTALRM}, {"SIGPROF", SIGPROF},     {"SIGWINCH", SIGWINCH},
      {"SIGIO", SIGIO},         {"SIGPOLL", SIGPOLL},     {"SIGPWR", SIGPWR},
      {"SIGSYS", SIGSYS},       {"SIGUNUSED", SIGSYS}};
  for (const auto& [its_name, number] : known) {
    if (its_name == name) return number;
  }
  return Error::bad_input(fmt::format("{} does not exist on Linux", name));
}

}  // namespace cutset::injector::play
