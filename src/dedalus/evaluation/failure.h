// What may go wrong in a model: the failure specification and the fault sets within it
// (dedalus.md section 9).
//
// Times are logical steps, 1..EOT. Nodes are numbers: indices into FailureSpec::nodes.
//
// Thread rule: values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dedalus/crash_model.h"

namespace cutset::dedalus {

using NodeIndex = uint32_t;
using Time = int32_t;

struct FailureSpec {
  Time eot = 0;          // the last time at which rules fire
  Time eff = 0;          // messages are lost only at send times below this one
  uint32_t crashes = 0;  // at most so many nodes crash
  std::vector<std::string> nodes;
  CrashModel crash_model = CrashModel::kSend;
};

/// What is wrong with it, with the option to change: no node, a node twice, EOT outside
/// 1..1'000'000, more crashes than nodes.
Status check(const FailureSpec& spec);

/// One fault: all messages of a channel at a send time, or a node from a time on.
struct ModelFault {
  enum class Kind : uint8_t { kOmission, kCrash };
  Kind kind = Kind::kOmission;
  NodeIndex node = 0;  // the sender, or who crashes
  NodeIndex to = 0;    // omissions: the receiver
  Time time = 0;       // of sending, or from which (inclusive) the node is crashed

  static ModelFault omission(NodeIndex from, NodeIndex to, Time time);
  static ModelFault crash(NodeIndex node, Time time);
  friend auto operator<=>(const ModelFault&, const ModelFault&) = default;
};

using ModelFaultSet = std::vector<ModelFault>;

/// "crash(C@2)" or "loss(C -> P1 @2)"
std::string to_text(const ModelFault& fault, const FailureSpec& spec);

/// Whether the specification allows it: omissions between two nodes at 1 <= t < EFF and
/// t <= EOT, crashes at 1 <= t < EOT, each node once, at most `crashes` of them. The
/// error names the fault and the bound.
Status within(const ModelFaultSet& faults, const FailureSpec& spec);

/// The number of failure scenarios (dedalus.md section 9, the last item). Infinity where
/// a double cannot hold it.
double search_space(const FailureSpec& spec);

}  // namespace cutset::dedalus
