// The captures of one run: every node's agent records what its node sends and what
// reaches it; at the end one execution is made of them.
//
// Thread rule: one owner thread; collect() may be called on another, once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cutset/agent/v1/capture.pb.h"

#include "base/result.h"
#include "injector/hosts/host_set.h"
#include "injector/nodes/nodes_config.h"
#include "lineage/messages/merge_captures.h"

namespace cutset::injector {

class Captures {
 public:
  /// `hosts` are those of the nodes and of the clients. All must outlive it.
  Captures(HostSet& set, const NodesConfig& nodes, std::vector<std::string> hosts)
      : set_(set), nodes_(nodes), hosts_(std::move(hosts)) {}

  /// Packets that come after it are seen. Error: unavailable: which host, why.
  Status start(const std::string& run, const std::vector<std::string>& token_prefixes);
  /// Ends all of them. `node_of` gives the index of a host among `nodes`; hosts without
  /// one (the clients') are outside. `offsets`: what the clocks are ahead of ours, ns.
  Result<lineage::messages::MessageExecution> collect(
      const std::string& run, const std::vector<lineage::messages::Node>& nodes,
      const std::map<std::string, int64_t>& offsets);

 private:
  HostSet& set_;
  const NodesConfig& nodes_;
  std::vector<std::string> hosts_;
};

}  // namespace cutset::injector
