// What was seen of one run of a system of nodes: who lived when, which messages passed,
// what the workload asked and was told.
//
// Invariants (check_invariants):
// 1. Indices of nodes and connections are in range; kOutside is who is no node of the
//    system (the workload's clients).
// 2. messages are in order of sent_ns; begin <= end.
// 3. Of an opaque connection there are byte ranges, but no labels and no tokens.
// 4. delivered_ns is 0 or not before sent_ns.
//
// Times are UTC nanoseconds, after the offsets of the nodes' clocks were taken off.
//
// Thread rule: values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cutset::lineage::messages {

constexpr int kOutside = -1;

struct Node {
  std::string name;
  std::vector<std::string> addresses;
  friend bool operator==(const Node&, const Node&) = default;
};

struct LifeEvent {
  enum class Kind {
    kStarted,
    kEnded,
    kCrashed,
    kPaused,
    kResumed,
    kDiskLost,
    kCut,
    kHealed
  };
  int node = 0;
  std::string process;  // of several on a node; "": all of them
  Kind kind = Kind::kStarted;
  int64_t time_ns = 0;
  friend bool operator==(const LifeEvent&, const LifeEvent&) = default;
};

struct Connection {
  int client = kOutside;  // node
  int server = kOutside;
  uint16_t client_port = 0;
  uint16_t server_port = 0;
  int64_t opened_ns = 0;
  int64_t closed_ns = 0;  // 0: open at the end
  bool joined = false;    // its beginning was not seen
  bool opaque = false;    // TLS
  bool reset = false;
  std::string framing;   // "resp", ..., "none"
  uint64_t missing = 0;  // bytes that were not captured
  friend bool operator==(const Connection&, const Connection&) = default;
};

struct Message {
  int connection = 0;
  bool from_client = false;
  uint64_t begin = 0;  // bytes of its direction
  uint64_t end = 0;
  int64_t sent_ns = 0;
  int64_t delivered_ns = 0;  // the receiver's kernel had its last byte; 0: not seen to
  std::string label;         // the framer's
  std::string first_bytes;   // of messages without a label
  std::vector<std::string> tokens;
  bool cut = false;  // bytes or tokens of it are missing
  friend bool operator==(const Message&, const Message&) = default;
};

/// What the workload asked, as far as the lineage needs it.
struct Operation {
  enum class Outcome { kOk, kFailed, kUnknown };
  std::string token;
  bool write = true;
  Outcome outcome = Outcome::kUnknown;
  int64_t invoked_ns = 0;
  int64_t ended_ns = 0;  // 0: never
  friend bool operator==(const Operation&, const Operation&) = default;
};

/// A final read, asked of one node.
struct FinalRead {
  int node = 0;
  std::string token;
  bool found = false;
  friend bool operator==(const FinalRead&, const FinalRead&) = default;
};

struct Losses {
  uint64_t packets = 0;       // seen
  uint64_t dropped = 0;       // by kernels, of all captures
  uint64_t not_recorded = 0;  // messages beyond the bounds
  friend bool operator==(const Losses&, const Losses&) = default;
};

struct MessageExecution {
  std::vector<Node> nodes;
  std::vector<LifeEvent> life;  // by time
  std::vector<Connection> connections;
  std::vector<Message> messages;
  std::vector<Operation> operations;
  std::vector<FinalRead> final_reads;
  Losses losses;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;

  int sender(const Message& message) const {
    const Connection& on = connections[static_cast<size_t>(message.connection)];
    return message.from_client ? on.client : on.server;
  }
  int receiver(const Message& message) const {
    const Connection& on = connections[static_cast<size_t>(message.connection)];
    return message.from_client ? on.server : on.client;
  }
  /// "client" for kOutside.
  const std::string& name(int node) const;

  /// Error: bad_input naming what is wrong.
  Status check_invariants() const;

  friend bool operator==(const MessageExecution&, const MessageExecution&) = default;
};

}  // namespace cutset::lineage::messages
