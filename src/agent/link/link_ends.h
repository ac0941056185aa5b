// The ends of a link, looked up in the plan and on this host.
//
// Thread rule: free functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/framing/framer.h"
#include "agent/link/link_match.h"
#include "agent/link/network_namespace.h"
#include "agent/link/packet.h"
#include "agent/proc.h"

namespace cutset::agent {
class Instances;
}

namespace cutset::agent::link {

using Peers = google::protobuf::RepeatedPtrField<v1::InstanceName>;

/// What the plan alone tells; whether packets can be told apart does not depend on more.
struct PlannedEnds {
  End target;
  std::vector<End> peers;
  std::vector<End> all;
};
/// When the plan is loaded. Error: an instance or an address is missing or no address, a
/// number of instances that marks cannot hold, the target is on another host.
Result<PlannedEnds> planned_ends(const v1::InstanceName& target, const Peers& peers,
                                 const Instances& instances);

struct LinkEnds {
  PlannedEnds ends;
  NetworkNamespace place;  // of the target
  ProcessId leader;        // a process in it, for finding it again; pid 0: none is known
};
/// When the target runs.
Result<LinkEnds> find_ends(const v1::InstanceName& target, const Peers& peers,
                           const Instances& instances);

/// Error: what was found ahead of time is not so any more: the container that has this
/// namespace has ended. (A namespace of the agent's own does not change.)
Status still_there(const NetworkNamespace& place, const ProcessId& leader);

/// Who opened a connection, by the ports on which both ends listen.
std::function<framing::Side(const Flow&)> side_by_ports(const PlannedEnds& ends);

}  // namespace cutset::agent::link
