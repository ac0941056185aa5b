// Nodes that were started anew while others went on, and what they heard before they took
// part again. A node that comes back with its disk may first ask others how much of it
// counts; the answers need not carry a token (a length, a term), so the lineage of tokens
// does not show that its copies rest on them.
//
// Only that a message was delivered is known: that it decided anything is a hypothesis.
//
// Cost: one pass over the messages for each restart.
#pragma once

#include <vector>

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

struct Recovery {
  int node = 0;
  int64_t started_ns = 0;
  int64_t ended_ns = 0;    // the first token was delivered to it again; 0: none was
  std::vector<int> heard;  // other nodes whose messages reached it in between; ascending
  friend bool operator==(const Recovery&, const Recovery&) = default;
};

/// By time. A process alone that was started again counts for its node.
std::vector<Recovery> find_recoveries(const MessageExecution& execution);

}  // namespace cutset::lineage::messages
