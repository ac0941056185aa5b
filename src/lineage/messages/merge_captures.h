// One execution out of what the agents of all nodes captured.
//
// Two views of a connection are the same if its four-tuple and the sequence numbers at
// which its directions begin agree; messages come from who sent them (or who saw them
// come in), their delivery from the acknowledgements that left the receiver. Who
// acknowledges a byte has received it: that is all that "delivered" means, not that a
// program read it.
#pragma once

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

struct CapturedDirection {
  bool seen = false;
  uint32_t base_sequence = 0;
  uint64_t missing = 0;
  std::string framing;
};

struct CapturedConnection {
  bool tcp = true;
  std::string client;  // address
  uint16_t client_port = 0;
  std::string server;
  uint16_t server_port = 0;
  bool joined = false, opaque = false, reset = false;
  int64_t opened_ns = 0;
  int64_t closed_ns = 0;
  CapturedDirection requests;
  CapturedDirection answers;
};

struct CapturedAck {
  int connection = 0;
  bool from_client = false;
  uint64_t offset = 0;
  int64_t time_ns = 0;
};

/// Of one agent. Message::connection counts in its own `connections`.
struct NodeCapture {
  int node = 0;
  int64_t clock_offset_ns = 0;  // what its clock is ahead; taken off
  std::vector<CapturedConnection> connections;
  std::vector<Message> messages;
  std::vector<CapturedAck> acks;
  Losses losses;
};

/// Error: bad_input for indices out of range. begin_ns and end_ns are those of the
/// messages; life, operations and final reads are for the caller to add.
Result<MessageExecution> merge_captures(std::vector<Node> nodes,
                                        const std::vector<NodeCapture>& captures);

}  // namespace cutset::lineage::messages
