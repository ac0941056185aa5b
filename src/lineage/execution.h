// An execution: what was observed in one run of the workload, whatever the source (the
// agent's proxies, spans, a simulation).
//
// Invariants (check_invariants):
// 1. calls are in order of arrival; a call's parent stands before it.
// 2. id is the parent's id plus one point; ids are unique within the execution.
// 3. executed == false implies !answered.
// 4. fault is set only if it fired on this call.
//
// Thread rule: a value, no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/call_id.h"
#include "identity/fault_mode.h"

namespace cutset::lineage {

/// What came back for a call, as its caller saw it or as its callee sent it.
struct Answer {
  enum class Kind {
    kStatus,   // an HTTP answer of any status
    kRefused,  // connection refused, or closed before a byte of an answer
    kTimeout,  // the caller gave up (or the deadline of the run passed) before an answer
               // came
    kReset,    // the connection broke in the middle of the answer
    kError,    // an error of which no more is known (a span's status)
  };
  Kind kind = Kind::kStatus;
  int status = 0;             // kStatus only; 0: an answer of which no more is known
  uint64_t exact_digest = 0;  // of the body; kStatus only (identity/digest.h)
  uint64_t shape_digest = 0;

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// An error as its caller sees it: no answer, or an HTTP status of 500 and more.
bool is_failure(const Answer& answer);

struct Call {
  identity::CallId id;
  int parent = -1;     // index into Execution::calls; -1: an entry call
  std::string method;  // "POST"
  std::string target;  // the concrete request target, cut at 256 bytes; for people
  bool effectful =
      false;  // executing it may change state (not GET/HEAD/OPTIONS, or declared so)
  bool executed = false;                     // the callee got the request
  std::optional<Answer> answered;            // by the callee, if that was seen
  Answer seen;                               // by the caller
  std::optional<identity::FaultMode> fault;  // the injected fault that fired here
  int64_t start_ns = 0;     // UTC nanoseconds, one clock for the whole execution
  int64_t answered_ns = 0;  // when the callee had answered; 0: not seen
  int64_t end_ns = 0;       // when the caller had its answer or gave up
  bool unfinished =
      false;  // neither had happened when the run was over; end_ns is the run's end
  bool failed = false;  // its caller saw an error: by the span's status, an HTTP status
                        // of 500 and more, or no answer
  bool awaited = true;  // false: the caller went on without its end (a message, a link)
  bool unordered = false;  // an equal sibling without another key was in flight at the
                           // same time: its ordinal is arbitrary
  int repeats = -1;        // index of the attempt that this one retries: the same call
                           // failed before
  std::string trace_id;    // hex, "" if unknown: to find the call's spans
  std::string span_id;  // of the caller's client span, hex; where that was not seen, of
                        // the callee's span
};

/// A call that spans show and no proxy saw: part of the lineage, not a fault candidate.
struct UnproxiedCall {
  std::string caller;
  std::string callee;  // service, or address where no service is known
  std::string operation;

  friend auto operator<=>(const UnproxiedCall&, const UnproxiedCall&) = default;
};

struct Execution {
  std::string run;                       // unique in a campaign
  std::vector<Call> calls;               // order of arrival, parents first
  std::vector<UnproxiedCall> unproxied;  // sorted, without repeats
  int64_t unmarked_calls = 0;  // seen by a proxy without our mark: not part of any run
  std::vector<std::string> problems;  // why it is not whole (a parent is missing, ...):
                                      // such a run is evidence for no support
};

void check_invariants(const Execution& execution);

}  // namespace cutset::lineage
