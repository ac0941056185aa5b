// Packets of a hostile network through a gate: whatever comes, every packet that goes on
// is whole, and what does not go on is held, not lost, once the gate is open.
//
// Input: a byte that chooses framing and gate, then packets, each with its size before it
// (two bytes). A size with its highest bit set makes a TCP segment of the bytes, so that
// the fuzzer need not find headers.
#include <cstdint>
#include <vector>

#include "agent/link/gate_stage.h"
#include "agent/link/packet.h"
#include "base/check.h"

namespace {

using namespace cutset::agent;

std::vector<uint8_t> as_segment(const uint8_t* bytes, size_t size) {
  std::vector<uint8_t> packet(40, 0);
  packet[0] = 0x45;
  packet[9] = 6;
  const size_t length = 40 + (size > 3 ? size - 3 : 0);
  packet[2] = static_cast<uint8_t>(length >> 8);
  packet[3] = static_cast<uint8_t>(length);
  packet[32] = 5 << 4;
  if (size > 0) packet[33] = bytes[0];                             // flags
  if (size > 1) packet[26] = bytes[1] & 1, packet[27] = bytes[1];  // sequence
  if (size > 2) packet[21] = bytes[2] & 3;  // port: a few connections
  if (size > 3) packet.insert(packet.end(), bytes + 3, bytes + size);
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const auto kind = static_cast<framing::Kind>(1 + choice % 5);
  bool reached = false;
  link::GateStage gate(
      {kind, {}}, choice & 0x40 ? "SET" : "", 1 + (choice >> 3 & 3), (choice & 0x80) != 0,
      [](const link::Flow&) { return framing::Side::kUnknown; },
      [&](uint64_t, const std::string&) {
        CHECK(!reached);
        reached = true;
      });
  gate.set_forward([](const link::Packet& packet) {
    const auto again = link::parse_packet(packet.bytes);
    CHECK(again && again->bytes.size() == packet.bytes.size());
  });
  for (size_t at = 1; at + 2 <= size;) {
    const size_t word = static_cast<size_t>(data[at]) << 8 | data[at + 1];
    at += 2;
    const size_t length = std::min<size_t>(word & 0x7FFF, size - at);
    std::vector<uint8_t> bytes =
        word & 0x8000 ? as_segment(data + at, length)
                      : std::vector<uint8_t>(data + at, data + at + length);
    at += length;
    if (auto packet = link::parse_packet(std::move(bytes)))
      gate.packet(std::move(*packet), 0);
  }
  gate.close();
  return 0;
}
