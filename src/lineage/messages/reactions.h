// What the system did by itself, as events: those that can save a write, and those that
// can remove its last copy.
#pragma once

#include "lineage/messages/copies.h"
#include "lineage/messages/roles.h"

namespace cutset::lineage::messages {

struct Reaction {
  enum class Kind {
    kCopiedAgain,    // a node's state was replaced by another's: its copies rest on that
                     // now
    kLeaderMoved,    // `from` led, `to` leads
    kNewConnection,  // the first connection between two nodes after the beginning
  };
  Kind kind = Kind::kCopiedAgain;
  int64_t time_ns = 0;
  int from = kOutside;
  int to = kOutside;
  size_t kept = 0;     // kCopiedAgain: tokens that the receiver held and the transfer has
  size_t removed = 0;  // and that it lacks
  friend bool operator==(const Reaction&, const Reaction&) = default;
};

std::string_view reaction_name(Reaction::Kind kind);

/// By time. Connections that were opened before `settled_ns` belong to the set-up, and so
/// do copies made then.
std::vector<Reaction> find_reactions(const MessageExecution& execution,
                                     const Roles& roles,
                                     const std::map<std::string, Lineage>& lineages,
                                     int64_t settled_ns);

}  // namespace cutset::lineage::messages
