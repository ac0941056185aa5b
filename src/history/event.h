// Event: one line of an operation history (docs/history.md, cutset-history/1).
//
// An operation is an `invoke` and, later, at most one completion by the same process:
// `ok` (it happened), `fail` (it did not happen and never will) or `info` (nobody knows).
// Lines of processes that have a name instead of a number ("faults") are remarks, e.g.
// that the last fault was undone.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/value.h"

namespace cutset::history {

constexpr std::string_view kFormat = "cutset-history/1";

enum class EventType { kInvoke, kOk, kFail, kInfo };

std::string_view type_name(EventType type);

struct Event {
  std::optional<int64_t> process;  // a client; 0 or more
  std::string remark_of;           // who says it, where it is no client
  EventType type = EventType::kInvoke;
  std::string f;               // read, write, cas, delete, add, enqueue, dequeue, ...
  std::optional<Value> key;    // text or a number
  std::optional<Value> value;  // absent is not the same as null
  std::optional<std::string>
      token;                       // unique text that this operation put into the system
  std::optional<int64_t> time_ns;  // since the beginning of the history
  std::string phase;               // load, final, or anything else
  std::string endpoint;            // who was asked
  std::string error;               // why it is fail or info
  int line = 0;                    // 1-based, where it was read

  /// Without its place.
  bool same_as(const Event& other) const;
};

/// The first line, which may be absent.
struct Header {
  std::optional<uint64_t> seed;
  std::optional<int64_t> started_unix_ns;       // the wall clock at time 0
  std::optional<int64_t> started_monotonic_ns;  // CLOCK_MONOTONIC at time 0
  friend bool operator==(const Header&, const Header&) = default;
};

struct EventLog {
  Header header;
  std::vector<Event> events;  // in the order of the file
};

}  // namespace cutset::history
