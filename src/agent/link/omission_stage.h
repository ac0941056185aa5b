// Loses messages. A datagram is lost alone. TCP has no message to lose: a byte that does
// not arrive is sent again, and nothing behind it is read before. So
//   - without a last message, the connection is silent from the first byte of the first
//     message on; what is lost is sent again by TCP when the fault is over;
//   - with a last message, each connection that would carry one of first..last is reset
//     before its first byte: that message never arrives, the next one comes over a new
//     connection.
#pragma once

#include <atomic>
#include <set>

#include "agent/link/message_splitter.h"
#include "agent/link/packet_stage.h"

namespace cutset::agent::link {

class OmissionStage final : public PacketStage, private MessageSink {
 public:
  OmissionStage(MessageRange range, std::function<framing::Side(const Flow&)> side);

  void packet(Packet packet, Nanos now) override;
  /// Datagrams lost, connections cut or reset; from any thread.
  uint64_t losses() const { return losses_.load(std::memory_order_relaxed); }
  uint64_t hits() const { return splitter_.hits(); }

 private:
  bool piece(Packet packet, const Flow& flow, bool inside) override;
  void range_ended() override {}
  void other(Packet packet) override { forward(packet); }

  const bool resets_;
  MessageSplitter splitter_;
  std::set<Flow> silent_;
  std::atomic<uint64_t> losses_{0};
};

}  // namespace cutset::agent::link
