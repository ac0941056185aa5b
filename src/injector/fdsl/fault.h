// The faults of FDSL and whom they hit. One struct a fault, its key in fault_key().
//
// A fault that lasts is undone at the first of: its duration, a `heal` of its label, the
// end of the schedule. Times are milliseconds; FDSL 1 writes whole seconds.
//
// Thread rule: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "identity/call_id.h"
#include "identity/fault_mode.h"

namespace cutset::injector::fdsl {

using Milliseconds = std::chrono::milliseconds;

/// Where something stands in its file, for messages and records. No part of the value:
/// all places are equal.
struct Place {
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) { return true; }
};

/// Some instances of the service under which the event stands. Slots count from 0.
struct Target {
  enum class Kind { kSpecific, kAmount, kPercentage };
  Kind kind = Kind::kSpecific;
  std::vector<int> slots;  // kSpecific; FDSL 1 may name one twice: hit twice
  int number = 0;          // kAmount: >= 1; kPercentage: >= 1, of those alive, rounded up

  static Target specific(std::vector<int> slots) {
    return {Kind::kSpecific, std::move(slots), 0};
  }
  friend bool operator==(const Target&, const Target&) = default;
};

/// One side of a link.
struct Endpoint {
  std::string service;
  std::vector<int> slots;  // empty: all

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

enum class Direction { kBoth, kOut, kIn };  // as seen from the target

/// How messages are told apart on a link. Without one there are no messages on a TCP
/// connection, only bytes (messages.md section 5).
enum class Framing { kDatagram, kHttp1, kHttp2, kResp, kLengthPrefix };

enum class MessageEdge { kSend, kDeliver };
enum class SpanEdge { kStart, kEnd };
enum class SyscallEdge { kBefore, kAfter };

/// Messages first..last of an ordered pair of instances, from 1.
struct MessageRange {
  int64_t first = 1;
  int64_t last = 1;

  friend bool operator==(const MessageRange&, const MessageRange&) = default;
};

/// Which calls. Either `call`, the whole identity, or the rest.
struct CallMatch {
  std::optional<identity::CallId> call;
  std::string from;       // the caller, "" any
  std::string operation;  // "POST /reserve", "pkg.Service/Method"
  std::string within;     // "GET /cart#1": only inside this call, "" anywhere
  int64_t nth = 1;        // counted from when the moment is armed
  int64_t count = 1;      // how many from the nth on

  friend bool operator==(const CallMatch&, const CallMatch&) = default;
};

struct MessageTrigger {
  Endpoint from;
  Endpoint to;
  Framing framing = Framing::kDatagram;
  std::string operation;  // "" any
  int64_t nth = 1;
  MessageEdge edge = MessageEdge::kSend;

  friend bool operator==(const MessageTrigger&, const MessageTrigger&) = default;
};

struct CallTrigger {
  std::string service;  // the callee
  CallMatch call;
  SpanEdge edge = SpanEdge::kStart;

  friend bool operator==(const CallTrigger&, const CallTrigger&) = default;
};

struct SpanTrigger {
  Endpoint on;  // service "": the target's own (crash.at)
  std::string operation;
  int64_t nth = 1;
  SpanEdge edge = SpanEdge::kStart;

  friend bool operator==(const SpanTrigger&, const SpanTrigger&) = default;
};

struct LogTrigger {
  Endpoint on;          // service "": the target's own (crash.at)
  std::string matches;  // RE2, searched for in each line
  int64_t nth = 1;

  friend bool operator==(const LogTrigger&, const LogTrigger&) = default;
};

struct SyscallTrigger {
  std::string name;  // "fsync"
  std::string path;  // a pattern with *, "" any
  int64_t nth = 1;
  SyscallEdge edge = SyscallEdge::kBefore;

  friend bool operator==(const SyscallTrigger&, const SyscallTrigger&) = default;
};

/// For faults that stay until they are undone.
struct Lasting {
  std::optional<Milliseconds> duration;
  std::string label;  // for heal; "" none

  friend bool operator==(const Lasting&, const Lasting&) = default;
};

// FDSL 1.

struct Kill {
  friend bool operator==(const Kill&, const Kill&) = default;
};

struct Signal {
  std::string name;  // "SIGTERM"
  bool kills = false;

  friend bool operator==(const Signal&, const Signal&) = default;
};

/// One core is kept busy.
struct Cpu {
  Milliseconds duration{1000};

  friend bool operator==(const Cpu&, const Cpu&) = default;
};

constexpr const char* kFaultFolder = "/usr/lib/faultsee/";
constexpr const char* kExecutable = "/bin/sh";

/// Runs `executable executable_arguments... folder+file script_arguments...` in the
/// container.
struct Custom {
  bool kills = false;
  std::string file;
  std::string folder = kFaultFolder;
  std::vector<std::string> script_arguments;
  std::string executable = kExecutable;
  std::vector<std::string> executable_arguments;

  friend bool operator==(const Custom&, const Custom&) = default;
};

// FDSL 2.

struct Partition {
  std::vector<Endpoint> to;
  Direction direction = Direction::kBoth;
  Lasting lasting;

  friend bool operator==(const Partition&, const Partition&) = default;
};

/// Messages are lost; needs a framing, for nothing can be taken out of a TCP stream.
struct Omission {
  std::vector<Endpoint> to;
  Framing framing = Framing::kDatagram;
  std::optional<MessageRange> messages;  // none: all
  std::string message;                   // operation or label, "" any
  Lasting lasting;

  friend bool operator==(const Omission&, const Omission&) = default;
};

struct Delay {
  std::vector<Endpoint> to;
  Milliseconds delay{0};
  Milliseconds jitter{0};
  std::optional<Framing> framing;        // with `messages`
  std::optional<MessageRange> messages;  // none: all
  Lasting lasting;

  friend bool operator==(const Delay&, const Delay&) = default;
};

struct Bandwidth {
  std::vector<Endpoint> to;
  int64_t kilobits_per_second = 1;
  Direction direction = Direction::kBoth;
  Lasting lasting;

  friend bool operator==(const Bandwidth&, const Bandwidth&) = default;
};

/// What the caller sees.
struct CallEffect {
  bool corrupt = false;      // the body is altered; `mode` is unused
  identity::FaultMode mode;  // status 0 where grpc_status says it
  std::string grpc_status;   // "UNAVAILABLE", ""

  friend bool operator==(const CallEffect&, const CallEffect&) = default;
};

struct Request {
  CallMatch call;
  CallEffect effect;

  friend bool operator==(const Request&, const Request&) = default;
};

using CrashPoint =
    std::variant<SpanTrigger, CallTrigger, MessageTrigger, LogTrigger, SyscallTrigger>;

struct Crash {
  std::optional<CrashPoint> at;  // none: at once
  std::string signal = "SIGKILL";
  std::optional<Milliseconds> restart_after;  // none: stays dead

  friend bool operator==(const Crash&, const Crash&) = default;
};

/// Frozen, not dead: connections stay open.
struct Pause {
  Lasting lasting;

  friend bool operator==(const Pause&, const Pause&) = default;
};

/// Everything under `path` is removed. Cannot be undone.
struct DiskWipe {
  std::string path;  // absolute, without ".."

  friend bool operator==(const DiskWipe&, const DiskWipe&) = default;
};

struct ClockOffset {
  Milliseconds offset{0};  // not 0
  Lasting lasting;

  friend bool operator==(const ClockOffset&, const ClockOffset&) = default;
};

struct CpuPressure {
  int64_t cores = 1;
  Milliseconds duration{1000};

  friend bool operator==(const CpuPressure&, const CpuPressure&) = default;
};

struct MemoryPressure {
  int64_t megabytes = 1;
  Milliseconds duration{1000};

  friend bool operator==(const MemoryPressure&, const MemoryPressure&) = default;
};

struct DiskPressure {
  std::string path;
  int64_t megabytes = 1;
  Milliseconds duration{1000};

  friend bool operator==(const DiskPressure&, const DiskPressure&) = default;
};

using Fault = std::variant<Kill, Signal, Cpu, Custom, Partition, Omission, Delay,
                           Bandwidth, Request, Crash, Pause, DiskWipe, ClockOffset,
                           CpuPressure, MemoryPressure, DiskPressure>;

/// The key under `fault:`, "partition".
std::string_view fault_key(const Fault& fault);
/// All keys, in the order of the variant; the first four are FDSL 1.
const std::vector<std::string>& fault_keys();
bool is_fdsl1(const Fault& fault);
/// What of a fault lasts until it is undone, or nullptr.
const Lasting* lasting_of(const Fault& fault);
/// Whether the instance is dead afterwards, as far as the schedule says.
bool kills(const Fault& fault);

std::string_view direction_name(Direction direction);
std::string_view framing_name(Framing framing);
std::string_view edge_name(MessageEdge edge);
std::string_view edge_name(SpanEdge edge);
std::string_view edge_name(SyscallEdge edge);

/// FaultSee's 38 names, "SIGHUP", ...
const std::vector<std::string>& signal_names();
/// Three of them do not exist on Linux.
bool exists_on_linux(std::string_view signal);

}  // namespace cutset::injector::fdsl
