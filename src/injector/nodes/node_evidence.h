// From what was seen of one run to what the campaign learns from it: hosts become places,
// times become phases, the lineage of messages becomes supports and deaths of copies.
//
// Thread rule: pure functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "history/judgement.h"
#include "history/operations.h"

#include "campaign/nodes/node_experimenter.h"
#include "injector/nodes/nodes_config.h"
#include "lineage/messages/message_execution.h"
#include "lineage/messages/run_sketch.h"

namespace cutset::injector {

/// When a fault was there; UTC ns, 0: it was not (yet) or is still.
struct FaultTimes {
  int64_t fired_ns = 0;
  int64_t undone_ns = 0;
};

struct SeenRun {
  const NodesConfig& nodes;
  const campaign::nodes::NodeSchedule& schedule;
  std::vector<FaultTimes> faults;  // as in NodeSchedule::faults()
  const history::History& history;
  const history::Judgement& judgement;  // of the outcome that was worst
  /// Its nodes are the hosts that have a role; captures of everything, without operations
  /// and final reads.
  lineage::messages::MessageExecution execution;
};

/// Fills classes, lost, reactions, roles, acknowledged, lost_writes of `run`. `sketch`,
/// if not null: what a picture of the run needs.
void add_evidence(SeenRun seen, campaign::nodes::NodeRun& run,
                  lineage::messages::RunSketch* sketch = nullptr);

/// The nodes in the order of roles and members, with their addresses.
std::vector<lineage::messages::Node> nodes_of(
    const NodesConfig& nodes,
    const std::function<std::string(const std::string& host)>& address_of);

}  // namespace cutset::injector
