#include "agent/capture/packet.h"

#include <algorithm>

#include <arpa/inet.h>

namespace cutset::agent::capture {

namespace {

constexpr size_t kCookedSize = 16;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;

uint8_t byte_at(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}
uint16_t number16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}
uint32_t number32(std::string_view bytes, size_t at) {
  return static_cast<uint32_t>(number16(bytes, at)) << 16 | number16(bytes, at + 2);
}

Address mapped(std::string_view four) {
  Address address;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::copy(four.begin(), four.end(), address.bytes.begin() + 12);
  return address;
}

Address whole(std::string_view sixteen) {
  Address address;
  std::copy(sixteen.begin(), sixteen.end(), address.bytes.begin());
  return address;
}

/// What lies behind the IP header: its protocol, its bytes, and how many there were.
struct Inner {
  uint8_t protocol = 0;
  std::string_view bytes;
  uint32_t size = 0;
};

bool read_ipv4(std::string_view bytes, Packet& packet, Inner& inner) {
  if (bytes.size() < 20 || byte_at(bytes, 0) >> 4 != 4) return false;
  const size_t head = size_t{4} * (byte_at(bytes, 0) & 15);
  // A large segment that the device is to cut has no length that would fit: 0.
  const size_t total = number16(bytes, 2) == 0 ? bytes.size() : number16(bytes, 2);
  if (head < 20 || bytes.size() < head || total < head) return false;
  if ((number16(bytes, 6) & 0x1fff) != 0) return false;
  packet.from.address = mapped(bytes.substr(12, 4));
  packet.to.address = mapped(bytes.substr(16, 4));
  inner = {byte_at(bytes, 9), bytes.substr(head, total - head),
           static_cast<uint32_t>(total - head)};
  return true;
}

bool read_ipv6(std::string_view bytes, Packet& packet, Inner& inner) {
  if (bytes.size() < 40 || byte_at(bytes, 0) >> 4 != 6) return false;
  const size_t stated = number16(bytes, 4);
  packet.from.address = whole(bytes.substr(8, 16));
  packet.to.address = whole(bytes.substr(24, 16));
  // Extension headers carry nothing that matters here, and no TCP of ours comes with any.
  const size_t size = stated == 0 ? bytes.size() - 40 : stated;
  inner = {byte_at(bytes, 6), bytes.substr(40, size), static_cast<uint32_t>(size)};
  return true;
}

bool read_tcp(const Inner& inner, Packet& packet) {
  const std::string_view bytes = inner.bytes;
  if (bytes.size() < 20) return false;
  const size_t head = size_t{4} * (byte_at(bytes, 12) >> 4);
  if (head < 20 || head > inner.size || head > bytes.size()) return false;
  const uint8_t flags = byte_at(bytes, 13);
  packet.tcp = true;
  packet.fin = (flags & 1) != 0;
  packet.syn = (flags & 2) != 0;
  packet.reset = (flags & 4) != 0;
  packet.has_ack = (flags & 16) != 0;
  packet.sequence = number32(bytes, 4);
  packet.acknowledged = number32(bytes, 8);
  packet.payload = bytes.substr(head);
  packet.payload_size = inner.size - static_cast<uint32_t>(head);
  return true;
}

bool read_udp(const Inner& inner, Packet& packet) {
  if (inner.bytes.size() < 8 || inner.size < 8) return false;
  packet.payload = inner.bytes.substr(8);
  packet.payload_size = inner.size - 8;
  return true;
}

}  // namespace

std::optional<Address> parse_address(const std::string& text) {
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1)
    return mapped({reinterpret_cast<const char*>(&four), sizeof(four)});
  in6_addr sixteen{};
  if (::inet_pton(AF_INET6, text.c_str(), &sixteen) == 1)
    return whole({reinterpret_cast<const char*>(&sixteen), sizeof(sixteen)});
  return std::nullopt;
}

std::string text_of(const Address& address) {
  static constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                      0, 0, 0, 0, 0xff, 0xff};
  const bool four = std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(four ? AF_INET : AF_INET6, address.bytes.data() + (four ? 12 : 0),
              text.data(), text.size());
  return text.data();
}

std::optional<Packet> parse_packet(std::string_view frame, int64_t time_ns) {
  if (frame.size() < kCookedSize) return std::nullopt;
  Packet packet;
  packet.time_ns = time_ns;
  packet.outgoing = number16(frame, 0) == 4;  // PACKET_OUTGOING
  const uint16_t protocol = number16(frame, 14);
  const std::string_view bytes = frame.substr(kCookedSize);
  Inner inner;
  const bool ip = protocol == 0x0800   ? read_ipv4(bytes, packet, inner)
                  : protocol == 0x86dd ? read_ipv6(bytes, packet, inner)
                                       : false;
  if (!ip || inner.bytes.size() < 4) return std::nullopt;
  packet.from.port = number16(inner.bytes, 0);
  packet.to.port = number16(inner.bytes, 2);
  const bool understood = inner.protocol == kTcp   ? read_tcp(inner, packet)
                          : inner.protocol == kUdp ? read_udp(inner, packet)
                                                   : false;
  if (!understood) return std::nullopt;
  return packet;
}

}  // namespace cutset::agent::capture
