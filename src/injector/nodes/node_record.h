// What the record of a played schedule says of a run of nodes: which faults fired, and
// who lived when.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "campaign/nodes/node_experimenter.h"
#include "injector/nodes/node_evidence.h"
#include "injector/nodes/nodes_config.h"
#include "injector/play/record.h"

namespace cutset::injector {

/// Fills NodeRun::faults; returns their times.
std::vector<FaultTimes> fault_reports(const campaign::nodes::NodeSchedule& schedule,
                                      const NodesConfig& nodes,
                                      const play::PlayRecord& record,
                                      campaign::nodes::NodeRun& run);

/// Whether the next run may follow. Error: it would begin with what this one left (an
/// agent that was lost, a fault that was not undone).
Status nothing_stays(const play::PlayRecord& record);

/// Why the workload failed: that it was not started explains what it did not write.
/// Requires: record.workload.
Error workload_error(const play::PlayRecord& record, const std::string& clients_on);

/// Crashes, pauses and cuts of the nodes of `execution`.
void add_life(const campaign::nodes::NodeSchedule& schedule, const NodesConfig& nodes,
              const std::vector<FaultTimes>& times,
              lineage::messages::MessageExecution& execution);

/// The hosts whose traffic is captured: the nodes', then the clients'.
std::vector<std::string> capture_hosts(const NodesConfig& nodes);

}  // namespace cutset::injector
