#include "lineage/messages/roles.h"

#include <set>

namespace cutset::lineage::messages {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kClient:
      return "client";
    case Role::kLeader:
      return "leader";
    case Role::kFollower:
      return "follower";
    case Role::kOther:
      return "other";
  }
  return "";
}

int Roles::leader_at(int64_t time_ns) const {
  if (leaders.empty()) return kOutside;
  int leader = leaders.front().node;
  for (const Leadership& one : leaders)
    if (one.since_ns <= time_ns) leader = one.node;
  return leader;
}

Role Roles::role_of(int node, int64_t time_ns) const {
  if (node == kOutside) return Role::kClient;
  if (node == leader_at(time_ns)) return Role::kLeader;
  const bool led = [&] {
    for (const Leadership& one : leaders)
      if (one.node == node) return true;
    return false;
  }();
  return led || follows[static_cast<size_t>(node)] ? Role::kFollower : Role::kOther;
}

Roles find_roles(const MessageExecution& execution) {
  Roles roles;
  roles.follows.resize(execution.nodes.size());
  std::set<std::string> read_only;
  std::set<std::string> written;
  for (const Operation& one : execution.operations)
    (one.write ? written : read_only).insert(one.token);
  for (const Message& message : execution.messages) {
    const int from = execution.sender(message);
    const int to = execution.receiver(message);
    if (message.tokens.empty() || message.delivered_ns == 0 || to == kOutside) continue;
    if (from != kOutside) {
      roles.follows[static_cast<size_t>(to)] = true;
      continue;
    }
    const std::string& token = message.tokens.front();
    if (read_only.contains(token) && !written.contains(token)) continue;
    if (roles.leaders.empty() || roles.leaders.back().node != to)
      roles.leaders.push_back({message.delivered_ns, to});
  }
  return roles;
}

}  // namespace cutset::lineage::messages
