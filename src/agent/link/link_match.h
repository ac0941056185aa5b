// Which packets go from a target to its peers and back, as conditions of nftables.
//
// Packets are told apart at the target's end, in its network namespace:
//   - by the peers' addresses, where everything at these addresses is meant;
//   - by their ports too, where an address is shared with instances that are not meant;
//   - by the cgroup of the socket, for processes of this agent: they share a namespace
//     with each other, and local ones an address. Sockets without a process (half open,
//     closing) are told by the ports on which the target listens.
// Two processes in one namespace are told apart by the sender's socket and the port it
// calls, or by the receiver's socket and the port that answers: each packet of the pair
// is met by a condition that names both, on connections that are open already too.
//
// Pure functions: the same plan gives the same conditions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace cutset::agent::link {

/// An instance as conditions need it.
struct End {
  std::string name;                    // "service/slot"
  unsigned number = 0;                 // 1, 2, ... in the plan
  std::vector<std::string> addresses;  // IPv4 or IPv6
  std::vector<unsigned> ports;
  bool here = false;   // in the target's network namespace
  std::string socket;  // condition by its cgroup, "" if it has none of its own
};

enum class Hook { kOutput, kInput };

/// A packet that leaves by a raw socket of ours (raw_sender.h) has no socket of its
/// sender; its mark names the sender instead.
struct Condition {
  Hook hook = Hook::kOutput;
  std::string socket;   // of the sender (output) or the receiver (input), or ""
  unsigned sender = 0;  // its number, if `socket` is the sender's
  std::string packet;   // addresses and ports

  /// For packets that their sender sent, and for those that we sent for it ("": none, or
  /// the first one holds for them too).
  std::string own_text() const;
  std::string forwarded_text() const;

  friend bool operator==(const Condition&, const Condition&) = default;
};

struct LinkMatch {
  std::vector<Condition> out;  // target -> peers
  std::vector<Condition> in;   // peers -> target
};
/// Error: packets of the pair cannot be told from others, and what would help.
/// `all`: every instance of the plan.
Result<LinkMatch> match_link(const End& target, const std::vector<End>& peers,
                             const std::vector<End>& all);

/// The same packets target -> peers, all met where they leave: for taking them aside. A
/// process's answers to a local caller are known by the caller's port, which rules learn
/// from what the caller sends.
struct OutgoingMatch {
  std::vector<std::string> sets;      // declarations
  std::vector<std::string> learners;  // whole rules of the output hook
  std::vector<Condition> out;
};
Result<OutgoingMatch> match_outgoing(const End& target, const std::vector<End>& peers,
                                     const std::vector<End>& all);

/// Packets of distant peers -> target where they arrive, as conditions of the family
/// netdev, which knows no sockets. Error: as above, or the target is not alone in its
/// namespace. Peers that are here are left out.
Result<std::vector<std::string>> match_arriving(const End& target,
                                                const std::vector<End>& peers,
                                                const std::vector<End>& all);

/// The condition for sockets of a cgroup v2: `path` below the mount point `mount_point`.
/// "" if nftables cannot name it (it looks below /sys/fs/cgroup only).
std::string group_condition(const std::string& path, const std::string& mount_point);

}  // namespace cutset::agent::link
