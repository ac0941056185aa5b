// Bandwidth: packets go on one behind the other as over a cable of so many bits a second.
// Who sends more than fits into kLongestQueue loses what is too much, as in the buffer of
// a router.
#pragma once

#include "agent/link/packet_stage.h"
#include "agent/link/waiting_packets.h"

namespace cutset::agent::link {

class RateStage final : public PacketStage {
 public:
  static constexpr Nanos kLongestQueue = 300'000'000;

  explicit RateStage(uint64_t bits_per_second) : bits_per_second_(bits_per_second) {}

  void packet(Packet packet, Nanos now) override;
  Nanos next_due() const override { return waiting_.next(); }
  void due(Nanos now) override;
  void close() override { due(kNever); }

 private:
  const uint64_t bits_per_second_;
  Nanos free_at_ = 0;  // when everything that waits has gone on
  WaitingPackets waiting_;
};

}  // namespace cutset::agent::link
