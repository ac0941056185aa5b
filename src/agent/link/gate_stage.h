// Holds a link at a message: from its first byte on, or from the byte behind its last
// one. Acknowledgements pass: they carry nothing. What is held goes on in its order when
// the gate is opened, or when the tap closes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/link/message_splitter.h"
#include "agent/link/packet_stage.h"

namespace cutset::agent::link {

class GateStage final : public PacketStage, private MessageSink {
 public:
  /// `reached` is called once, on the tap's thread, when the gate has closed; it gets the
  /// message's number and name.
  using Reached = std::function<void(uint64_t number, const std::string& label)>;

  GateStage(framing::Framing framing, std::string operation, uint64_t nth, bool after,
            std::function<framing::Side(const Flow&)> side, Reached reached);

  void packet(Packet packet, Nanos now) override;
  void close() override { open(); }
  /// On the tap's thread.
  void open();
  uint64_t hits() const { return splitter_.hits(); }

 private:
  enum class State { kCounting, kHolding, kOpen };

  bool piece(Packet packet, const Flow& flow, bool inside) override;
  void range_ended() override;
  void other(Packet packet) override { forward(packet); }
  void hold();

  const uint64_t nth_;
  const bool after_;
  const Reached reached_;
  MessageSplitter splitter_;
  State state_ = State::kCounting;
  std::vector<Packet> held_;
};

}  // namespace cutset::agent::link
