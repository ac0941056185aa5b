// Packets that go on at a time of their own, each not before the one that came before it
// on its connection. Bounded: what comes when it is full is lost, as in every queue of a
// network.
//
// Thread rule: one owner.
#pragma once

#include <cstddef>
#include <map>

#include "agent/link/packet.h"
#include "agent/link/packet_stage.h"

namespace cutset::agent::link {

class WaitingPackets {
 public:
  static constexpr size_t kMostBytes = size_t{64} << 20;

  void add(Packet packet, Nanos when);
  /// Calls `forward` for what is due, in order.
  void release(Nanos now, const PacketStage::Forward& forward);
  Nanos next() const;
  uint64_t lost() const { return lost_; }

 private:
  std::map<Flow, Nanos> newest_;        // when the newest packet of a connection goes on
  std::multimap<Nanos, Packet> queue_;  // equal times: in the order added
  size_t bytes_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace cutset::agent::link
