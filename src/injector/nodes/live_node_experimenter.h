// A campaign's experiments on a live system of nodes: one agent on each node, faults by
// schedules that are played, lineage from captured traffic.
//
// Life: construct, start(), run() as often as wanted, destroy (everything is undone and
// ended). The hosts stay; in each run the system begins from nothing:
//
//   empty data folders -> schedule written and read back -> capture -> instances of the
//   beginning up and ready, prepared -> barrier -> workload and faults -> every fault
//   undone -> settled, final reads -> everything ended -> judged
//
// Invariants:
// 1. When run() returns, no fault is there and no instance runs, whatever it returns.
// 2. What is played is what was read back from <state>/schedules/<run>.yml.
//
// Thread rule: one owner thread; request_stop() from any thread or signal handler.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "campaign/nodes/node_experimenter.h"
#include "injector/config.h"

namespace cutset::injector {

struct LiveNodeOptions {
  std::string state_folder = ".cutset";
  std::string agent_binary;  // "": as AgentProcess
};

/// Where the time of one run went, ns.
struct NodeTiming {
  int64_t prepare_ns = 0;   // folders, schedule, captures
  int64_t start_ns = 0;     // until the barrier
  int64_t workload_ns = 0;  // until the load is over and every fault is undone
  int64_t settle_ns = 0;    // with the final reads
  int64_t end_ns = 0;       // until every instance has ended
  int64_t judge_ns = 0;     // with the lineage
};

class LiveNodeExperimenter : public campaign::nodes::NodeExperimenter {
 public:
  /// Requires: a configuration with `nodes`.
  LiveNodeExperimenter(Config config, LiveNodeOptions options);
  ~LiveNodeExperimenter() override;

  /// Brings up the hosts. Error: unavailable: which host, why; interrupted.
  Status start();

  campaign::nodes::NodeRoles roles() const override;
  Result<campaign::nodes::NodeRun> run(const campaign::nodes::NodeSchedule& schedule,
                                       const std::string& run) override;

  /// The running experiment ends soon with Error::interrupted, and so does every later
  /// one.
  void request_stop();

  /// Of the last run.
  const NodeTiming& timing() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::injector
