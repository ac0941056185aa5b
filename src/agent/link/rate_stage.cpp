#include "agent/link/rate_stage.h"

#include <algorithm>

namespace cutset::agent::link {

void RateStage::packet(Packet packet, Nanos now) {
  if (free_at_ - now > kLongestQueue) return;
  const double bits = static_cast<double>(packet.bytes.size()) * 8;
  const auto took =
      static_cast<Nanos>(bits * 1e9 / static_cast<double>(bits_per_second_));
  free_at_ = std::max(free_at_, now) + took;
  waiting_.add(std::move(packet), free_at_);
}

void RateStage::due(Nanos now) {
  waiting_.release(now, [this](const Packet& packet) { forward(packet); });
}

}  // namespace cutset::agent::link
