#include "agent/link/omission_stage.h"

#include <netinet/in.h>

namespace cutset::agent::link {

namespace {
constexpr size_t kMostSilent = 100000;
}  // namespace

OmissionStage::OmissionStage(MessageRange range,
                             std::function<framing::Side(const Flow&)> side)
    : resets_(range.last != 0), splitter_(std::move(range), std::move(side), *this) {}

void OmissionStage::packet(Packet packet, Nanos) {
  splitter_.packet(std::move(packet));
}

bool OmissionStage::piece(Packet packet, const Flow& flow, bool inside) {
  if (packet.protocol != IPPROTO_TCP) {
    if (inside) {
      ++losses_;
    } else {
      forward(packet);
    }
    return !inside;
  }
  if (packet.has(kSyn)) silent_.erase(flow);
  if (silent_.contains(flow)) return false;
  if (!inside) {
    forward(packet);
    return true;
  }
  ++losses_;
  if (silent_.size() < kMostSilent) silent_.insert(flow);
  if (resets_) {
    forward(reset_of(packet));
    if (const std::optional<Packet> reset = reset_to_sender(packet)) forward(*reset);
  }
  return false;
}

}  // namespace cutset::agent::link
