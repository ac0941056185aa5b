// Where messages begin and end in one direction of a connection, and what each is called.
//
//   feed(bytes) -> kLabelled (begin and label are known) ... kEnded (the end is known)
//
// Invariants:
// 1. Events depend on the bytes only, not on how they are cut into pieces (datagrams
//    aside: there a piece is a message).
// 2. Each message has one kLabelled, then one kEnded or kBroken. Messages are numbered
// from
//    0 in the order in which they were labelled; only those of HTTP/2 overlap.
// 3. Memory is bounded, whatever comes: content is counted, never kept.
// 4. A framer never gives up: after bytes it does not understand, or bytes that are
//    missing, it looks for the next message by a rule that each framer states.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cutset::agent::framing {

enum class Kind { kNone, kDatagram, kHttp1, kHttp2, kResp, kLengthPrefix };

/// Who sends in this direction.
enum class Side {
  kRequest,  // who opened the connection
  kAnswer,
  kUnknown,  // the beginning was not seen
};

/// How the length stands before each message.
struct LengthPrefix {
  unsigned width = 4;  // bytes: 1 to 8
  bool big_endian = true;
  bool includes_itself = false;
  unsigned label_at = 0;    // label: payload from here,
  unsigned label_size = 2;  // so many bytes, at most 16

  friend bool operator==(const LengthPrefix&, const LengthPrefix&) = default;
};

struct Framing {
  Kind kind = Kind::kNone;
  LengthPrefix prefix;  // of kLengthPrefix

  friend bool operator==(const Framing&, const Framing&) = default;
};

struct Event {
  enum class Kind {
    kLabelled,  // offset: the first byte of the message
    kEnded,     // offset: one past its last byte
    kBroken,    // offset: where the trace of the message was lost
  };
  Kind kind = Kind::kLabelled;
  uint64_t message = 0;
  uint64_t offset = 0;  // bytes since the beginning of the stream, or since it was joined
  std::string label;    // of kLabelled; at most kLongestLabel bytes, printable

  friend bool operator==(const Event&, const Event&) = default;
};
constexpr size_t kLongestLabel = 96;

class Framer {
 public:
  Framer() = default;
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;
  virtual ~Framer() = default;

  /// The first byte has this offset. Requires: nothing was fed or skipped.
  void start_at(uint64_t offset) { offset_ = settled_ = offset; }
  /// The next bytes; appends to `events`. Bytes of no message (keep-alives, prefaces)
  /// give none.
  virtual void feed(std::string_view bytes, std::vector<Event>& events) = 0;
  /// So many bytes are missing here. A message whose length is known survives that.
  virtual void skip(uint64_t count, std::vector<Event>& events) = 0;
  /// The stream ended properly: a message that lasts until then ends.
  virtual void finish(std::vector<Event>& events);
  /// The other direction sent a request with this label: to a HEAD the answer has no
  /// body.
  virtual void asked(std::string_view /*label*/) {}

  uint64_t offset() const { return offset_; }
  /// Every byte before this belongs to a labelled message or to none; what is behind it
  /// waits for a label. Who holds messages back passes on only what lies before it.
  /// At most kLongestUnsettled bytes are unsettled: a longer head gets the label "?".
  uint64_t settled() const { return settled_; }
  bool synchronised() const { return synchronised_; }

 protected:
  uint64_t label(uint64_t begin, std::string_view text, std::vector<Event>& events);
  static void end(uint64_t message, uint64_t at, std::vector<Event>& events);
  static void broken(uint64_t message, uint64_t at, std::vector<Event>& events);

  uint64_t offset_ = 0;
  uint64_t settled_ = 0;
  bool synchronised_ = true;

 private:
  uint64_t next_message_ = 0;
};
constexpr uint64_t kLongestUnsettled = 64 * 1024;

/// `from_start`: the first byte fed is the first of the connection. kNone gives null.
std::unique_ptr<Framer> make_framer(const Framing& framing, Side side, bool from_start);

/// "resp", "http1", ...
std::string_view kind_name(Kind kind);

}  // namespace cutset::agent::framing
