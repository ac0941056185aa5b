#include "agent/link/packet.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/check.h"

namespace cutset::agent::link {

namespace {

constexpr size_t kHeader4 = 20;
constexpr size_t kHeader6 = 40;
constexpr size_t kTcpHeader = 20;
constexpr size_t kUdpHeader = 8;
constexpr int kMostExtensions = 8;

uint16_t read16(const std::vector<uint8_t>& bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
uint32_t read32(const std::vector<uint8_t>& bytes, size_t at) {
  return static_cast<uint32_t>(read16(bytes, at)) << 16 | read16(bytes, at + 2);
}
void write16(std::vector<uint8_t>& bytes, size_t at, uint32_t value) {
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}
void write32(std::vector<uint8_t>& bytes, size_t at, uint32_t value) {
  write16(bytes, at, value >> 16);
  write16(bytes, at + 2, value & 0xFFFF);
}

uint64_t sum_of(std::span<const uint8_t> bytes) {
  uint64_t sum = 0;
  for (size_t at = 0; at + 1 < bytes.size(); at += 2)
    sum += static_cast<uint64_t>(bytes[at] << 8 | bytes[at + 1]);
  if (bytes.size() % 2 != 0) sum += static_cast<uint64_t>(bytes.back()) << 8;
  return sum;
}

uint16_t folded(uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// Lengths and checksums after the bytes have changed.
void repair(Packet& packet) {
  std::vector<uint8_t>& bytes = packet.bytes;
  const std::span<const uint8_t> all(bytes);
  const size_t length = bytes.size() - packet.transport;
  uint64_t sum = packet.protocol + length;
  if (packet.six) {
    write16(bytes, 4, static_cast<uint32_t>(bytes.size() - kHeader6));
    sum += sum_of(all.subspan(8, 32));
  } else {
    write16(bytes, 2, static_cast<uint32_t>(bytes.size()));
    write16(bytes, 10, 0);
    write16(bytes, 10, folded(sum_of(all.first(packet.transport))));
    sum += sum_of(all.subspan(12, 8));
  }
  write16(bytes, packet.transport + 16, 0);
  sum += sum_of(all.subspan(packet.transport));
  write16(bytes, packet.transport + 16, folded(sum));
}

bool read_transport(Packet& packet, uint8_t protocol) {
  const std::vector<uint8_t>& bytes = packet.bytes;
  const size_t room = bytes.size() - packet.transport;
  if (protocol == IPPROTO_TCP && room >= kTcpHeader) {
    const size_t header = static_cast<size_t>(bytes[packet.transport + 12] >> 4) * 4;
    if (header < kTcpHeader || header > room) return false;
    packet.sequence = read32(bytes, packet.transport + 4);
    packet.flags = bytes[packet.transport + 13];
    packet.payload = packet.transport + header;
  } else if (protocol == IPPROTO_UDP && room >= kUdpHeader) {
    packet.payload = packet.transport + kUdpHeader;
  } else {
    return false;
  }
  packet.protocol = protocol;
  return true;
}

std::optional<Packet> parse4(Packet packet) {
  std::vector<uint8_t>& bytes = packet.bytes;
  if (bytes.size() < kHeader4) return std::nullopt;
  const size_t header = static_cast<size_t>(bytes[0] & 0x0F) * 4;
  const size_t length = read16(bytes, 2);
  if (header < kHeader4 || length < header || length > bytes.size()) return std::nullopt;
  bytes.resize(length);
  packet.transport = packet.payload = header;
  const unsigned fragment = read16(bytes, 6);
  packet.fragment = (fragment & 0x3FFF) != 0;
  if ((fragment & 0x1FFF) == 0) read_transport(packet, bytes[9]);
  return packet;
}

std::optional<Packet> parse6(Packet packet) {
  std::vector<uint8_t>& bytes = packet.bytes;
  packet.six = true;
  if (bytes.size() < kHeader6) return std::nullopt;
  const size_t length = kHeader6 + read16(bytes, 4);
  if (length > bytes.size()) return std::nullopt;
  bytes.resize(length);
  uint8_t next = bytes[6];
  size_t at = kHeader6;
  packet.transport = packet.payload = at;
  for (int count = 0; count < kMostExtensions && at + 8 <= length; ++count) {
    if (next == IPPROTO_FRAGMENT) {
      packet.fragment = true;
      if ((read16(bytes, at + 2) & 0xFFF8) != 0) return packet;
      next = bytes[at];
      at += 8;
    } else if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
               next == IPPROTO_DSTOPTS) {
      next = bytes[at];
      at += 8 + static_cast<size_t>(bytes[at + 1]) * 8;
    } else {
      break;
    }
  }
  if (at > length) return packet;
  packet.transport = packet.payload = at;
  read_transport(packet, next);
  return packet;
}

Address address_at(const Packet& packet, size_t at4, size_t at6) {
  const auto* begin = reinterpret_cast<const char*>(packet.bytes.data());
  return packet.six ? Address(begin + at6, 16) : Address(begin + at4, 4);
}

// A segment without options and content.
Packet bare(const Packet& segment, uint32_t sequence, uint32_t acknowledged,
            uint8_t flags) {
  CHECK(segment.protocol == IPPROTO_TCP);
  Packet packet = segment;
  packet.bytes.resize(packet.transport + kTcpHeader);
  packet.payload = packet.bytes.size();
  packet.sequence = sequence;
  packet.flags = flags;
  write32(packet.bytes, packet.transport + 4, sequence);
  write32(packet.bytes, packet.transport + 8, acknowledged);
  packet.bytes[packet.transport + 12] = kTcpHeader / 4 << 4;
  packet.bytes[packet.transport + 13] = flags;
  write16(packet.bytes, packet.transport + 18, 0);
  return packet;
}

}  // namespace

Address Packet::source() const {
  return address_at(*this, 12, 8);
}
Address Packet::destination() const {
  return address_at(*this, 16, 24);
}
uint16_t Packet::source_port() const {
  return protocol == 0 ? 0 : read16(bytes, transport);
}
uint16_t Packet::destination_port() const {
  return protocol == 0 ? 0 : read16(bytes, transport + 2);
}

Flow flow_of(const Packet& packet) {
  return {packet.source(), packet.destination(), packet.source_port(),
          packet.destination_port()};
}

std::optional<Packet> parse_packet(std::vector<uint8_t> bytes) {
  if (bytes.empty()) return std::nullopt;
  Packet packet;
  packet.bytes = std::move(bytes);
  const int version = packet.bytes[0] >> 4;
  if (version == 4) return parse4(std::move(packet));
  if (version == 6) return parse6(std::move(packet));
  return std::nullopt;
}

Packet cut_segment(Packet& packet, size_t size) {
  CHECK(packet.protocol == IPPROTO_TCP && size > 0 && size < packet.content_size());
  Packet rest = packet;
  const auto begin = rest.bytes.begin() + static_cast<ptrdiff_t>(rest.payload);
  rest.bytes.erase(begin, begin + static_cast<ptrdiff_t>(size));
  rest.sequence += static_cast<uint32_t>(size);
  write32(rest.bytes, rest.transport + 4, rest.sequence);
  repair(rest);

  packet.bytes.resize(packet.payload + size);
  packet.flags &= static_cast<uint8_t>(~kFin);
  packet.bytes[packet.transport + 13] = packet.flags;
  repair(packet);
  return rest;
}

Packet reset_of(const Packet& segment) {
  const uint32_t acknowledged = read32(segment.bytes, segment.transport + 8);
  Packet packet = bare(segment, segment.sequence, acknowledged,
                       static_cast<uint8_t>(kReset | (segment.flags & kAcknowledge)));
  repair(packet);
  return packet;
}

std::optional<Packet> reset_to_sender(const Packet& segment) {
  if (!segment.has(kAcknowledge)) return std::nullopt;
  const uint32_t acknowledged = read32(segment.bytes, segment.transport + 8);
  Packet packet = bare(segment, acknowledged, 0, kReset);
  std::vector<uint8_t>& bytes = packet.bytes;
  const size_t width = packet.six ? 16 : 4;
  const size_t source = packet.six ? 8 : 12;
  for (size_t at = source; at < source + width; ++at)
    std::swap(bytes[at], bytes[at + width]);
  std::swap(bytes[packet.transport], bytes[packet.transport + 2]);
  std::swap(bytes[packet.transport + 1], bytes[packet.transport + 3]);
  repair(packet);
  return packet;
}

std::string endpoint_text(const Address& address, uint16_t port) {
  char text[INET6_ADDRSTRLEN] = "?";
  const bool six = address.size() == 16;
  ::inet_ntop(six ? AF_INET6 : AF_INET, address.data(), text, sizeof text);
  return six ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

}  // namespace cutset::agent::link
