// What waits for the world to begin a step: log lines, messages, calls. (Moments of other
// steps and FireStep are the executor's own.)
//
// Thread rule: all functions may be called from any thread; `reached` is called from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/faults/fault.h"
#include "agent/plan/call_gate.h"
#include "agent/plan/log_watch.h"
#include "agent/plan/message_gate.h"

namespace cutset::agent {

class Triggers {
 public:
  /// `release` may be empty: nobody is held.
  using Reached =
      std::function<void(const std::string& on_what, std::function<void()> release)>;

  explicit Triggers(const FaultHost& host) : host_(host) {}
  ~Triggers() { disarm_all(); }

  /// When the plan is loaded. Error: this host cannot see it.
  Status check(const v1::Trigger& trigger) const;
  Status arm(const v1::Trigger& trigger, Reached reached);
  /// Nothing is called any more when this returns; what is held goes on.
  void disarm_all();

 private:
  const FaultHost& host_;
  std::mutex mutex_;  // guards what follows
  bool over_ = false;
  std::vector<std::unique_ptr<MessageGate::Watch>> messages_;
  std::vector<std::unique_ptr<CallGate::Watch>> calls_;
  std::unique_ptr<LogWatch> logs_;
};

}  // namespace cutset::agent
