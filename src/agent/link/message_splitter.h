// Finds the messages first..last of a link in the packets that pass a tap, and cuts TCP
// segments where they begin and end, so that a fault takes whole messages and not a byte
// more.
//
// Numbers count over all connections of the link, from 1, in the order in which messages
// were named; only those whose name is `operation` count, if it is given.
//
// TCP: bytes are fed to the framer in the order of their sequence numbers. What comes
// again goes on unread; what comes too early is lost (its sender sends it again). A
// connection that was open before is joined at the first segment with content; the framer
// says how it finds the next message there. Bytes whose message has no name yet wait, if
// it may be one of the range: until the name is complete, at the latest until their
// sender has sent them the second time.
//
// Thread rule: one owner, the tap's thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/framing/framer.h"
#include "agent/link/packet.h"

namespace cutset::agent::link {

struct MessageRange {
  framing::Framing framing;
  std::string operation;  // "": any
  uint64_t first = 1;
  uint64_t last = 0;  // 0: no last one
};

class MessageSink {
 public:
  virtual ~MessageSink() = default;
  /// Packets in the order in which they go on; a packet lies wholly inside messages of
  /// the range, or wholly outside. False: it did not go on, so repetitions of it shall
  /// not either (until MessageSplitter::forgive()).
  virtual bool piece(Packet packet, const Flow& flow, bool inside) = 0;
  /// The last message of the range has been handed to piece() entirely.
  virtual void range_ended() = 0;
  /// What carries nothing (an acknowledgement), or comes again: goes on.
  virtual void other(Packet packet) = 0;
};

class MessageSplitter {
 public:
  /// `side` tells who sends in a flow of which the beginning was not seen.
  MessageSplitter(MessageRange range, std::function<framing::Side(const Flow&)> side,
                  MessageSink& sink);
  ~MessageSplitter();

  void packet(Packet packet);
  /// Repetitions of what did not go on may go on from now on.
  void forgive();

  /// Messages named so far; may be called from any thread.
  uint64_t hits() const { return hits_.load(std::memory_order_relaxed); }
  /// The name of the newest message that counted.
  const std::string& newest_label() const { return newest_label_; }

 private:
  struct Stream;

  bool in_range(uint64_t number) const;
  bool next_may_be_in_range() const;
  void datagram(Packet packet);
  void segment(Packet packet);
  void repetition(Stream& stream, Packet packet, int64_t begin);
  void read(Stream& stream, std::string_view bytes, bool ends);
  void emit(Stream& stream, const Flow& flow);
  Stream& stream_of(const Flow& flow);
  void make_room();

  const MessageRange range_;
  const std::function<framing::Side(const Flow&)> side_;
  MessageSink& sink_;
  std::atomic<uint64_t> hits_{0};
  std::string newest_label_;
  std::map<Flow, Stream> streams_;
  std::unique_ptr<framing::Framer> datagrams_;
};

}  // namespace cutset::agent::link
