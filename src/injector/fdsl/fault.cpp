#include "injector/fdsl/fault.h"

#include <algorithm>

#include "injector/fdsl/names.h"

namespace cutset::injector::fdsl {

namespace {

constexpr size_t kFdsl1Faults = 4;

}  // namespace

const std::vector<std::string>& fault_keys() {
  static const std::vector<std::string> keys = {
      "kill",         "signal",    "cpu",          "custom",       "partition",
      "omission",     "delay",     "bandwidth",    "request",      "crash",
      "pause",        "disk_wipe", "clock_offset", "cpu_pressure", "memory_pressure",
      "disk_pressure"};
  CHECK(keys.size() == std::variant_size_v<Fault>);
  return keys;
}

std::string_view fault_key(const Fault& fault) {
  return fault_keys()[fault.index()];
}

bool is_fdsl1(const Fault& fault) {
  return fault.index() < kFdsl1Faults;
}

const Lasting* lasting_of(const Fault& fault) {
  return std::visit(
      [](const auto& value) -> const Lasting* {
        if constexpr (requires { value.lasting; }) {
          return &value.lasting;
        } else {
          return nullptr;
        }
      },
      fault);
}

bool kills(const Fault& fault) {
  return std::visit(
      [](const auto& value) {
        using Type = std::decay_t<decltype(value)>;
        if constexpr (requires { value.kills; }) {
          return value.kills;
        } else if constexpr (std::is_same_v<Type, Crash>) {
          return !value.at.has_value();
        } else {
          return std::is_same_v<Type, Kill>;
        }
      },
      fault);
}

std::string_view direction_name(Direction direction) {
  return name_in(kDirections, direction);
}
std::string_view framing_name(Framing framing) {
  return name_in(kFramings, framing);
}
std::string_view edge_name(MessageEdge edge) {
  return name_in(kMessageEdges, edge);
}
std::string_view edge_name(SpanEdge edge) {
  return name_in(kSpanEdges, edge);
}
std::string_view edge_name(SyscallEdge edge) {
  return name_in(kSyscallEdges, edge);
}

const std::vector<std::string>& signal_names() {
  static const std::vector<std::string> names = {
      "SIGHUP",    "SIGINT",  "SIGQUIT",  "SIGILL",    "SIGTRAP", "SIGABRT", "SIGIOT",
      "SIGBUS",    "SIGEMT",  "SIGFPE",   "SIGKILL",   "SIGUSR1", "SIGSEGV", "SIGUSR2",
      "SIGPIPE",   "SIGALRM", "SIGTERM",  "SIGSTKFLT", "SIGCHLD", "SIGCLD",  "SIGCONT",
      "SIGSTOP",   "SIGTSTP", "SIGTTIN",  "SIGTTOU",   "SIGURG",  "SIGXCPU", "SIGXFSZ",
      "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",     "SIGPOLL", "SIGPWR",  "SIGINFO",
      "SIGLOST",   "SIGSYS",  "SIGUNUSED"};
  return names;
}

bool exists_on_linux(std::string_view signal) {
  return signal != "SIGEMT" && signal != "SIGINFO" && signal != "SIGLOST";
}

}  // namespace cutset::injector::fdsl
