#include "injector/nodes/nodes_config.h"

#include "base/check.h"

namespace cutset::injector {

using campaign::nodes::Place;

Place NodesConfig::place_of(const std::string& host) const {
  if (host == clients_on) return {std::string(campaign::nodes::kClients), 0, ""};
  for (const auto& [role, hosts] : roles) {
    for (uint32_t member = 0; member < hosts.size(); ++member) {
      if (hosts[member] == host) return {role, member, ""};
    }
  }
  return {};
}

const std::string& NodesConfig::host_of(const Place& place) const {
  if (place.is_client()) return clients_on;
  const auto found = roles.find(place.role);
  CHECK(found != roles.end() && place.member < found->second.size());
  return found->second[place.member];
}

campaign::nodes::NodeRoles NodesConfig::node_roles() const {
  campaign::nodes::NodeRoles known;
  for (const auto& [role, hosts] : roles) {
    known.members[role] = static_cast<uint32_t>(hosts.size());
  }
  known.clients_reach_all = clients_reach_all;
  known.writes_to = writes_to;
  known.processes = processes;
  return known;
}

}  // namespace cutset::injector
