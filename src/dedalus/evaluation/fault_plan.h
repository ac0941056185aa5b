// A fault set as a run asks for it: what is lost, and who is down, at a time.
//
// Thread rule: not thread-safe (kept and filled again for each run).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dedalus/evaluation/failure.h"

namespace cutset::dedalus {

class FaultPlan {
 public:
  explicit FaultPlan(const FailureSpec& spec);

  /// Error: a node or time that does not exist, a node that crashes twice.
  Status set(const ModelFaultSet& faults);

  /// Of the messages sent at this time; sorted by sender and receiver.
  std::span<const ModelFault> omissions(Time time) const;
  /// Sends nothing to others at this time.
  bool is_crashed(NodeIndex node, Time time) const {
    return crash_times_[node] != 0 && crash_times_[node] <= time;
  }
  /// 0: never.
  Time crash_time(NodeIndex node) const { return crash_times_[node]; }
  bool has_crashes() const { return has_crashes_; }
  /// Nodes that do not compute at this time (CrashModel::kStop), a bit each.
  uint64_t down(Time time) const;
  /// Anything at all is lost of what is sent at this time.
  bool touches(Time time) const {
    return (has_crashes_ && first_crash_ <= time + 1) || !omissions(time).empty();
  }
  /// Requires: from != to.
  bool is_lost(NodeIndex from, NodeIndex to, Time time) const;
  /// Also of messages to the node itself, which is only lost when the node is down.
  bool arrives(NodeIndex from, NodeIndex to, Time time) const;

 private:
  const FailureSpec& spec_;
  std::vector<ModelFault> omissions_;  // by time, sender, receiver
  std::vector<Time> crash_times_;      // by node
  bool has_crashes_ = false;
  Time first_crash_ = 0;
};

}  // namespace cutset::dedalus
