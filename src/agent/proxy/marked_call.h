// One exchange's part in the armed run: its record, its identity and the fault planned
// for it. Inactive (every function does nothing) for requests that belong to no run.
//
// Thread rule: the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/proxy/head.h"
#include "agent/proxy/mark.h"
#include "agent/proxy/run.h"
#include "agent/proxy/service.h"

namespace cutset::agent::proxy {

/// Kind, status and digests of an answer, or the kind of its absence.
v1::Observed observed(v1::Observed::Kind kind);
v1::Observed observed_answer(int status, uint64_t exact, uint64_t shape);

class MarkedCall {
 public:
  /// Looks for the mark of the armed run; counts the request as unmarked if there is
  /// none. `entry`: an unmarked request is an entry call.
  void begin(ProxyContext& context, const std::string& callee, const RequestHead& head,
             bool entry, Nanos arrival, OpenCall* open_call);
  /// Part of a run that may still be recorded.
  bool active() const { return run_ != nullptr; }
  /// The service whose work on a call of this agent makes this call, by the mark; "":
  /// unknown.
  std::string caller() const { return active() ? run_->caller_of(call_) : std::string(); }
  bool keyed() const { return active() && run_->is_keyed(call_); }

  /// The call's fault, or null. `body`: the hash of the body's beginning, if there is a
  /// body. Requires: active().
  const PlannedFault* identify(std::optional<uint64_t> body);
  /// What goes to the callee instead of the head. Requires: identify() was called.
  std::string changed_head(const RequestHead& head, bool drop_expect) const;

  void set_executed(bool executed);
  void set_answered(const v1::Observed& answered);
  void set_seen(const v1::Observed& seen);
  void fired();
  void note_abandoned();
  void end(std::optional<uint64_t> body, Nanos time);
  /// The run was closed with the call open.
  void leave() { run_.reset(); }

 private:
  v1::CallRecord* record() { return active() ? run_->record(call_) : nullptr; }

  std::shared_ptr<Run> run_;
  size_t call_ = 0;
  uint64_t handle_ = 0;
  PlannedFault* fault_ = nullptr;
  std::string traceparent_;  // to be added
};

}  // namespace cutset::agent::proxy
