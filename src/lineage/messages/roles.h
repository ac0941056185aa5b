// Roles, not names: the leader differs from run to run. Learned from traffic: who takes
// the clients' writes is the leader from then until another node takes them; who receives
// tokens from a node is a follower; the others only talk.
#pragma once

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

enum class Role { kClient, kLeader, kFollower, kOther };

std::string_view role_name(Role role);

/// The leader from this time on.
struct Leadership {
  int64_t since_ns = 0;
  int node = 0;
  friend bool operator==(const Leadership&, const Leadership&) = default;
};

struct Roles {
  std::vector<Leadership> leaders;  // by time; two that take writes in turn show as moves
  std::vector<bool> follows;        // by node: received tokens from another node

  /// The first leader's time begins with the execution.
  int leader_at(int64_t time_ns) const;  // kOutside: nobody took a write
  Role role_of(int node, int64_t time_ns) const;
};

Roles find_roles(const MessageExecution& execution);

}  // namespace cutset::lineage::messages
