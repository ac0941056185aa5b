#include "agent/link/waiting_packets.h"

#include <algorithm>

namespace cutset::agent::link {

namespace {
constexpr size_t kMostConnections = 10000;
}  // namespace

void WaitingPackets::add(Packet packet, Nanos when) {
  if (bytes_ + packet.bytes.size() > kMostBytes) {
    ++lost_;
    return;
  }
  Nanos& newest = newest_[flow_of(packet)];
  newest = std::max(newest, when);
  bytes_ += packet.bytes.size();
  queue_.emplace(newest, std::move(packet));
}

void WaitingPackets::release(Nanos now, const PacketStage::Forward& forward) {
  while (!queue_.empty() && queue_.begin()->first <= now) {
    const auto first = queue_.begin();
    forward(first->second);
    bytes_ -= first->second.bytes.size();
    queue_.erase(first);
  }
  if (newest_.size() > kMostConnections)
    std::erase_if(newest_, [now](const auto& entry) { return entry.second <= now; });
}

Nanos WaitingPackets::next() const {
  return queue_.empty() ? kNever : queue_.begin()->first;
}

}  // namespace cutset::agent::link
