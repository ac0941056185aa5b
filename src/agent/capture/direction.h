// One direction of a connection: puts segments in order, cuts them into messages with a
// framer, finds tokens.
//
// Where no framer fits (or while one has lost its place), what is sent without a break is
// a message: until the other side sends, kBurstGap passes, or kLongestBurst bytes.
//
// Written here and not taken from a library (libtins, libnids follow streams too): what
// matters most is when bytes were acknowledged and which are missing, both of which they
// hide; a capture at the sender is in order anyway; and an agent that runs as root keeps
// its parsers few. Segments that come early wait, at most kMostHeld bytes for
// kLongestWait.
//
// Thread rule: one owner.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "agent/capture/record.h"
#include "agent/capture/token_search.h"
#include "agent/framing/framer.h"

namespace cutset::agent::capture {

/// What all directions of a capture share.
struct Settings {
  std::vector<std::string> token_prefixes;
  std::map<uint16_t, framing::Framing> framings;  // by the server's port; else guessed
  size_t most_records = 500'000;  // without tokens; as many again with tokens
};

class Direction {
 public:
  static constexpr int64_t kBurstGap = 1'000'000;           // ns
  static constexpr int64_t kLongestTokenGap = 200'000'000;  // ns
  static constexpr uint64_t kLongestBurst = 64 * 1024;
  static constexpr size_t kMostHeld = 256 * 1024;
  static constexpr int64_t kLongestWait = 1'000'000'000;  // ns
  static constexpr size_t kMostTokens = 65536;            // of a message
  static constexpr size_t kMostOpen = 8192;               // messages
  static constexpr unsigned kMostGuesses = 64;

  struct Place {  // of the direction
    uint32_t connection = 0;
    bool from_client = false;
    bool datagrams = false;
    bool joined = false;
    uint16_t server_port = 0;
  };
  Direction(const Place& place, const Settings& settings, Recording& recording);

  /// The sequence number of the first byte.
  void begin_at(uint32_t sequence);
  bool begun() const { return begun_; }
  bool data_seen() const { return data_seen_; }
  bool opaque() const { return opaque_; }

  void segment(const Packet& packet);
  void datagram(const Packet& packet);
  /// The receiver has everything before the sequence number.
  void acknowledged(uint32_t sequence, int64_t time_ns);
  /// The other side sent data: a burst is over.
  void interrupted() { close_burst(); }
  /// The stream ended.
  void finish(int64_t time_ns);
  /// Messages that are not complete are recorded as they are.
  void give_up();
  /// The other direction, which tells what was asked and how it is framed.
  void other(Direction* other) { other_ = other; }

  DirectionRecord record() const;

 private:
  struct Open {
    uint64_t id = 0;
    MessageRecord message;
  };

  uint64_t offset_of(uint32_t sequence) const;
  void in_order(std::string_view bytes, uint32_t size, int64_t time_ns);
  void release_held(int64_t now_ns);
  void missing(uint64_t count, int64_t time_ns);
  void decide_now(int64_t time_ns);
  bool choose_framing(std::string_view bytes);
  void consume(std::string_view bytes, int64_t time_ns);
  void take_events(int64_t time_ns);
  void search_until(uint64_t offset, bool message_ends);
  void add_token(FoundToken token);
  void loose_tokens(uint64_t settled, int64_t time_ns);
  void burst(std::string_view bytes, uint64_t begin, int64_t time_ns);
  void close_burst();
  void complete(MessageRecord message);

  const Place place_;
  const Settings& settings_;
  Recording& recording_;
  Direction* other_ = nullptr;

  bool begun_ = false;
  bool data_seen_ = false;
  bool opaque_ = false;
  uint32_t base_ = 0;
  uint64_t next_ = 0;  // offset of the next byte in order
  uint64_t missing_ = 0;
  int64_t last_ns_ = 0;
  int64_t unsettled_ns_ = 0;  // when what waits for a label began to come
  struct Held {
    std::string bytes;
    uint32_t size = 0;
    int64_t time_ns = 0;
  };
  std::map<uint64_t, Held> held_;  // by offset
  size_t held_bytes_ = 0;

  bool framing_known_ = false;
  unsigned guesses_ = 0;
  framing::Framing framing_;
  std::unique_ptr<framing::Framer> framer_;
  std::string first_;  // until the framing is known
  std::vector<framing::Event> events_;
  std::deque<Open> open_;

  TokenSearch tokens_;
  std::string_view unsearched_;  // during consume()
  uint64_t searched_ = 0;
  std::vector<FoundToken> found_;
  std::vector<FoundToken> loose_;  // of no message yet

  std::optional<MessageRecord> burst_;
  uint64_t acknowledged_ = 0;
  int64_t acknowledged_ns_ = 0;
  std::deque<size_t> undelivered_;  // places in recording_.messages
};

}  // namespace cutset::agent::capture
