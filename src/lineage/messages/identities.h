// Names of messages that are the same in every run of a workload: role of the sender,
// role of the receiver, class, and the ordinal within the class. The class is the
// framer's label, else the size (a power of two) with the first bytes. Messages that come
// regularly (heartbeats) are one identity: "the nth" of them means nothing.
//
// "The nth message on a link" is no identity: leaders differ, heartbeats interleave.
#pragma once

#include <map>

#include "lineage/messages/roles.h"

namespace cutset::lineage::messages {

struct MessageClass {
  Role from = Role::kOther;
  Role to = Role::kOther;
  std::string content;                                    // "SET", "<=64 7b226f70"
  auto operator<=>(const MessageClass&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct MessageIdentity {
  MessageClass of;
  uint64_t ordinal = 0;  // from 1; 0: periodic, all of them
  auto operator<=>(const MessageIdentity&) const =
      default;  // NOLINT(modernize-use-nullptr)
};

/// "leader -> follower SET #3"; "#*" for periodic ones.
std::string text_of(const MessageIdentity& identity);

struct Identities {
  std::vector<MessageIdentity> of;  // by message
  std::map<MessageClass, uint64_t> counts;
  std::map<MessageClass, bool> periodic;
};

/// Classes that are in `periodic_elsewhere` are periodic here too.
Identities find_identities(const MessageExecution& execution, const Roles& roles,
                           const std::map<MessageClass, bool>& periodic_elsewhere = {});

/// The part of `runs` in which each identity was seen. Only what is 1 in enough
/// fault-free runs can be relied on.
std::map<MessageIdentity, double> stability(const std::vector<Identities>& runs);

}  // namespace cutset::lineage::messages
