// What a captured frame says of TCP and UDP; a view into the frame.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutset::agent::capture {

/// IPv4 addresses are mapped into IPv6 (::ffff:a.b.c.d).
struct Address {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Address&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Endpoint {
  Address address;
  uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;  // NOLINT(modernize-use-nullptr)
};

std::optional<Address> parse_address(const std::string& text);
std::string text_of(const Address& address);

struct Packet {
  Endpoint from;
  Endpoint to;
  bool tcp = false;
  bool outgoing = false;
  bool syn = false, fin = false, reset = false, has_ack = false;
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;
  std::string_view payload;
  uint32_t payload_size = 0;  // more than payload has where the capture cut the frame
  int64_t time_ns = 0;
};

/// `frame` is of link type DLT_LINUX_SLL ("any" device). Nothing for what is neither TCP
/// nor UDP, for a later fragment, and for a header that is cut off or wrong.
std::optional<Packet> parse_packet(std::string_view frame, int64_t time_ns);

}  // namespace cutset::agent::capture
