// What a capture tells: connections, the messages on them, and what was acknowledged.
// Plain values; offsets are bytes of one direction since base_sequence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/capture/packet.h"

namespace cutset::agent::capture {

struct MessageRecord {
  uint32_t connection = 0;
  bool from_client = false;
  uint64_t begin = 0;
  uint64_t end = 0;
  int64_t first_ns = 0;      // when its first segment was seen (UTC, by the kernel)
  int64_t last_ns = 0;       // when the segment with its last byte was seen
  int64_t delivered_ns = 0;  // when its last byte was acknowledged; 0: not seen to be
  std::string label;         // the framer's; "": none
  std::string first_bytes;   // at most 8; of messages without a label
  std::vector<std::string> tokens;  // in order; the same one may come again
  bool cut = false;                 // more tokens than are kept, or bytes are missing
};

/// One direction of a connection.
struct DirectionRecord {
  bool seen = false;           // data or its beginning was seen here
  uint32_t base_sequence = 0;  // TCP sequence number of offset 0
  uint64_t bytes = 0;
  uint64_t missing = 0;  // bytes that were sent and not captured
  std::string framing;   // "resp", ..., "none"
};

/// The receiver had all bytes before `offset` at this time. Recorded for directions whose
/// data is captured elsewhere.
struct AckRecord {
  uint32_t connection = 0;
  bool from_client = false;  // the direction whose bytes are acknowledged
  uint64_t offset = 0;
  int64_t time_ns = 0;
};

struct ConnectionRecord {
  uint32_t number = 0;
  bool tcp = false;
  Endpoint client;
  Endpoint server;
  bool joined = false;  // its beginning was not seen
  bool opaque = false;  // TLS
  int64_t opened_ns = 0;
  int64_t closed_ns = 0;  // 0: open at the end
  bool reset = false;
  DirectionRecord requests;  // what the client sent
  DirectionRecord answers;
};

struct Counts {
  uint64_t packets = 0;
  uint64_t dropped = 0;  // by the kernel: the ring was full
  uint64_t not_understood = 0;
  uint64_t not_recorded = 0;  // messages without tokens beyond the bound
  uint64_t tokens_not_recorded = 0;
  uint64_t connections_not_followed = 0;
};

struct Recording {
  std::vector<ConnectionRecord> connections;
  std::vector<MessageRecord> messages;  // by the time at which they were complete
  std::vector<AckRecord> acks;
  Counts counts;
};

}  // namespace cutset::agent::capture
