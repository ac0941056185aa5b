// The agents of one run, asked as one: a run is armed on all of them, and it is over when
// all of them are quiet at the same time.
//
// A call that passes from one host to another is open at the proxy of its callee until it
// is answered, and its caller's own call is open meanwhile. So the run is quiet if every
// agent has been quiet for a while and no call began anywhere between two looks at all of
// them.
//
// Thread rule: one owner thread; asks the agents beside each other.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class AgentGroup {
 public:
  /// In a fixed order, not empty; they must outlive the group.
  explicit AgentGroup(std::vector<AgentClient*> agents) : agents_(std::move(agents)) {}

  /// The reply of all is the same. Error: the first agent that refuses; others may be
  /// armed then (abandon_run()).
  Result<agent::v1::ArmRunReply> arm_run(const agent::v1::ArmRunRequest& request);
  /// Waits as the request says, then collects; records of all, merged. Error:
  /// interrupted, an agent is lost.
  Result<agent::v1::CollectRunReply> collect_run(
      const agent::v1::CollectRunRequest& request, const StopSignal& stop);
  /// Collects without waiting and forgets; for undoing.
  void abandon_run(const std::string& run);

 private:
  template <typename Reply>
  Result<std::vector<Reply>> ask_all(
      const std::function<Result<Reply>(AgentClient&)>& question);

  std::vector<AgentClient*> agents_;
};

/// Calls in the order in which they began (equal times: as in the order of `replies`),
/// faults by id, each fired if it fired anywhere.
agent::v1::CollectRunReply merged_records(
    const std::vector<agent::v1::CollectRunReply>& replies);

}  // namespace cutset::injector
