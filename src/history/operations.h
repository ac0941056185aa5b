// Operations: invocations paired with their completions.
//
// Invariants of a History:
// 1. operations are in the order of their invocations.
// 2. Real time is a total order of moments: moment i is the ith event, so two events with
//    equal times keep the order of the file. a precedes b iff a.completed < b.invoked.
// 3. What never completed is kInfo with completed = kNever: it may take effect at any
// time
//    after its invocation, or never.
// 4. f, key, value and token of a completion that does not give them are the
// invocation's.
//    The value that a read returned is `value`; what was invoked stays in `argument`.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "history/event.h"

namespace cutset::history {

using Moment = uint32_t;
constexpr Moment kNever = std::numeric_limits<Moment>::max();

struct Operation {
  int64_t process = 0;
  std::string f;
  Value key;       // nothing: the one object that there is
  Value argument;  // of the invocation
  Value value;     // of the completion
  std::string token;
  EventType type = EventType::kInfo;  // how it ended; never kInvoke
  std::string phase;
  std::string endpoint;
  std::string error;
  Moment invoked = 0;
  Moment completed = kNever;  // kNever for every kInfo
  int64_t invoked_ns = 0;
  int64_t completed_ns = 0;  // of the completion's line, also of info; 0: none
  int line = 0;              // of the invocation
  int completed_line = 0;    // 0: none

  bool ok() const { return type == EventType::kOk; }
  bool failed() const { return type == EventType::kFail; }
  bool open() const { return type == EventType::kInfo; }
  bool is_final() const { return phase == "final"; }
  bool precedes(const Operation& other) const { return completed < other.invoked; }
  /// "write k3 = t-17 by process 2 (line 41, acknowledged at 1.204 s)"
  std::string shown() const;
};

/// A line that is no operation: what was done to the system, and when.
struct Remark {
  std::string author;
  std::string f;
  Value value;
  std::string error;
  Moment moment = 0;
  int64_t time_ns = 0;
  int line = 0;
};

struct History {
  Header header;
  std::vector<Operation> operations;
  std::vector<Remark> remarks;
  bool has_times = true;  // every event has one

  size_t count(EventType type) const;
};

/// Requires: events as EventReader gives them.
History pair_operations(const EventLog& log);
/// "1.204 s"
std::string seconds_text(int64_t nanoseconds);

}  // namespace cutset::history
