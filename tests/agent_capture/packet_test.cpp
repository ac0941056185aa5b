#include "agent/capture/packet.h"

#include <random>

#include "packet_testing.h"
#include <gtest/gtest.h>

namespace cutset::agent::capture {

namespace {

TEST(Packet, HeadersAreRead) {
  const std::string frame = tcp_frame(1, 4000, 2, 6379, kAck | kFin, 7, 9, "hello");
  const auto packet = parse_packet(frame, 5);
  ASSERT_TRUE(packet);
  EXPECT_EQ(text_of(packet->from.address), "10.0.0.1");
  EXPECT_EQ(packet->to.port, 6379);
  EXPECT_TRUE(packet->tcp && packet->fin && packet->has_ack && packet->outgoing);
  EXPECT_FALSE(packet->syn || packet->reset);
  EXPECT_EQ(packet->sequence, 7u);
  EXPECT_EQ(packet->acknowledged, 9u);
  EXPECT_EQ(packet->payload, "hello");
  EXPECT_EQ(packet->time_ns, 5);
}

TEST(Packet, AFrameThatTheCaptureCutSaysWhatIsMissing) {
  const std::string frame = tcp_frame(1, 4000, 2, 6379, kAck, 7, 9, "hello");
  const auto packet =
      parse_packet(std::string_view(frame).substr(0, frame.size() - 2), 0);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->payload, "hel");
  EXPECT_EQ(packet->payload_size, 5u);
}

TEST(Packet, WhateverComesIsRefusedOrStaysInTheFrame) {
  const std::string good = tcp_frame(1, 4000, 2, 6379, kAck, 7, 9, "hello");
  for (size_t size = 0; size < 56; ++size)
    EXPECT_FALSE(parse_packet(std::string(good.substr(0, size)), 0)) << size;
  for (unsigned seed = 0; seed < 20000; ++seed) {
    std::mt19937 random(seed);
    std::string frame = good.substr(0, random() % (good.size() + 1));
    for (int i = 0; i < 3 && !frame.empty(); ++i)
      frame[random() % frame.size()] = static_cast<char>(random());
    const auto packet = parse_packet(frame, 0);
    if (!packet) continue;
    EXPECT_LE(packet->payload.size(), packet->payload_size);
    if (packet->payload.empty()) continue;
    EXPECT_GE(packet->payload.data(), frame.data());
    EXPECT_LE(packet->payload.data() + packet->payload.size(),
              frame.data() + frame.size());
  }
}

TEST(Packet, AddressesAsText) {
  for (const char* text : {"10.0.0.1", "::1", "fe80::1"})
    EXPECT_EQ(text_of(*parse_address(text)), text);
  EXPECT_FALSE(parse_address("localhost"));
}

}  // namespace
}  // namespace cutset::agent::capture
