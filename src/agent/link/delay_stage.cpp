#include "agent/link/delay_stage.h"

#include <algorithm>

namespace cutset::agent::link {

DelayStage::DelayStage(Nanos delay, Nanos jitter, uint64_t seed,
                       std::optional<MessageRange> range,
                       std::function<framing::Side(const Flow&)> side)
    : delay_(delay), jitter_(jitter), random_(seed) {
  if (!range) return;
  MessageSink& sink = *this;
  splitter_.emplace(std::move(*range), std::move(side), sink);
}

void DelayStage::packet(Packet packet, Nanos now) {
  now_ = now;
  if (splitter_) {
    splitter_->packet(std::move(packet));
  } else {
    hold(std::move(packet));
  }
}

void DelayStage::hold(Packet packet) {
  Nanos wait = delay_;
  // Not std::uniform_int_distribution: the same seed gives the same delays everywhere.
  if (jitter_ > 0)
    wait += static_cast<Nanos>(random_() % (2 * static_cast<uint64_t>(jitter_) + 1)) -
            jitter_;
  waiting_.add(std::move(packet), now_ + std::max<Nanos>(wait, 0));
}

bool DelayStage::piece(Packet packet, const Flow&, bool inside) {
  if (inside) {
    hold(std::move(packet));
  } else {
    other(std::move(packet));
  }
  return true;
}

void DelayStage::other(Packet packet) {
  waiting_.add(std::move(packet), now_);
}

void DelayStage::due(Nanos now) {
  waiting_.release(now, [this](const Packet& packet) { forward(packet); });
}

}  // namespace cutset::agent::link
