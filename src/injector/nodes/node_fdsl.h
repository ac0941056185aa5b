// A schedule of nodes as FDSL 2: roles have become hosts, each fault has become a moment
// of its own ("fault-1", "fault-2", ... in the order of NodeSchedule::faults()), and the
// workload is the service "clients", which begins at the barrier.
//
// When a fault begins: the first step after so many acknowledged writes, a later one
// - during it: so many acknowledgements later that one of them was asked for since,
// - after it: when its longest window is over.
//
// A node is all instances on its host. Isolation is a partition of each of them from all
// instances of the other hosts.
//
// Thread rule: pure functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/nodes/node_schedule.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/schedule.h"
#include "injector/nodes/nodes_config.h"

namespace cutset::injector {

/// The service that stands for the workload, in schedules and in logs.
constexpr const char* kClientsService = "clients";
/// The moment that starts it.
constexpr const char* kWorkloadMoment = "workload";

struct NodeSystem {
  const NodesConfig& nodes;
  std::vector<fdsl::Instance> instances;  // of the system, with their hosts
  int clients = 1;                        // that the workload runs at once
  std::chrono::milliseconds end{0};       // the longest that a run may take
  /// The folder of an instance's own, for the loss of a disk; "": it has none.
  std::function<std::string(const fdsl::Instance&)> data_of;
};

/// Error: bad_input: a disk is to be lost that no instance of the node has.
Result<fdsl::Schedule> node_schedule_fdsl(const campaign::nodes::NodeSchedule& schedule,
                                          const NodeSystem& system, std::string goal);

/// "fault-3": the moment of a fault, counted from 0.
std::string fault_moment(size_t fault);

}  // namespace cutset::injector
