// An IP packet as it passes a tap: IPv4 or IPv6, with what links need of TCP and UDP.
//
// Invariant: all offsets lie inside the bytes; a packet that is not understood has
// protocol 0 and is passed on as it is.
//
// Thread rule: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cutset::agent::link {

using Address = std::string;  // 4 or 16 bytes

struct Packet {
  std::vector<uint8_t> bytes;
  bool six = false;
  uint8_t protocol = 0;   // IPPROTO_TCP, IPPROTO_UDP; 0: another, or a later fragment
  bool fragment = false;  // first or later
  size_t transport = 0;   // offset of the TCP or UDP header
  size_t payload = 0;     // offset of what it carries
  // of TCP:
  uint32_t sequence = 0;
  uint8_t flags = 0;

  std::string_view content() const {
    return {reinterpret_cast<const char*>(bytes.data()) + payload,
            bytes.size() - payload};
  }
  size_t content_size() const { return bytes.size() - payload; }
  bool has(uint8_t flag) const { return (flags & flag) != 0; }

  Address source() const;
  Address destination() const;
  uint16_t source_port() const;
  uint16_t destination_port() const;
};

constexpr uint8_t kFin = 0x01;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kReset = 0x04;
constexpr uint8_t kPush = 0x08;
constexpr uint8_t kAcknowledge = 0x10;

/// One direction of a connection.
struct Flow {
  Address from;
  Address to;
  uint16_t from_port = 0;
  uint16_t to_port = 0;
  auto operator<=>(const Flow&) const = default;
};
Flow flow_of(const Packet& packet);

/// Nothing for what is no whole IP packet. Bytes behind the packet's length are cut off.
std::optional<Packet> parse_packet(std::vector<uint8_t> bytes);

/// Cuts a TCP segment after `size` bytes of its content: `packet` keeps them, the rest is
/// returned as a segment of its own that follows it. Checksums are right in both.
/// Requires: TCP, 0 < size < content_size().
Packet cut_segment(Packet& packet, size_t size);

/// The reset that ends this connection for whom the segment is sent to, as if its sender
/// had reset it at the segment's first byte.
Packet reset_of(const Packet& segment);
/// The reset for the sender of the segment, as if its receiver had sent it. Nothing if
/// the segment acknowledges nothing.
std::optional<Packet> reset_to_sender(const Packet& segment);

/// "10.0.0.2:6379" or "[fd00::2]:6379".
std::string endpoint_text(const Address& address, uint16_t port);

}  // namespace cutset::agent::link
