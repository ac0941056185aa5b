// Marks of packets (skb->mark) that pass a tap. They begin with kMagic, so that marks of
// others are never taken for ours; they exist inside the machine only.
//
//   taken      0xC5 nn 8k kk   on its way to tap k, sent by instance nn
//   forwarded  0xC5 nn 0k kk   sent on by us; has passed all taps before number k
//
// Several faults on one link are taps one behind the other, in the order of their
// numbers. Thread rule: pure functions.
#pragma once

#include <cstdint>

namespace cutset::agent::link {

constexpr uint32_t kMagic = 0xC500'0000;
constexpr uint32_t kMagicMask = 0xFF00'0000;
constexpr uint32_t kSenderMask = 0xFFFF'0000;
constexpr uint32_t kTakenBit = 0x8000;
constexpr uint32_t kTapMask = 0x7FFF;
constexpr unsigned kMostSenders = 255;

/// Begins the marks of all packets of an instance (1..kMostSenders).
constexpr uint32_t sender_mark(unsigned sender) {
  return kMagic | (sender & 0xFF) << 16;
}
constexpr uint32_t taken_mark(unsigned sender, unsigned tap) {
  return sender_mark(sender) | kTakenBit | tap;
}
constexpr uint32_t forwarded_mark(unsigned sender, unsigned tap) {
  return sender_mark(sender) | (tap + 1);
}

}  // namespace cutset::agent::link
