// Delays packets: by `delay` plus an even random part of -jitter..+jitter, never below 0.
// The order within a connection is kept, so jitter never looks like loss to TCP.
#pragma once

#include <memory>
#include <optional>
#include <random>

#include "agent/link/message_splitter.h"
#include "agent/link/packet_stage.h"
#include "agent/link/waiting_packets.h"

namespace cutset::agent::link {

class DelayStage final : public PacketStage, private MessageSink {
 public:
  /// With a range only its messages are delayed (and what follows them on their
  /// connection, until they have gone on).
  DelayStage(Nanos delay, Nanos jitter, uint64_t seed, std::optional<MessageRange> range,
             std::function<framing::Side(const Flow&)> side);

  void packet(Packet packet, Nanos now) override;
  Nanos next_due() const override { return waiting_.next(); }
  void due(Nanos now) override;
  void close() override { due(kNever); }

 private:
  bool piece(Packet packet, const Flow& flow, bool inside) override;
  void range_ended() override {}
  void other(Packet packet) override;
  void hold(Packet packet);

  const Nanos delay_;
  const Nanos jitter_;
  std::mt19937_64 random_;
  std::optional<MessageSplitter> splitter_;
  WaitingPackets waiting_;
  Nanos now_ = 0;
};

}  // namespace cutset::agent::link
