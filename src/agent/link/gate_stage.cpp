#include "agent/link/gate_stage.h"

namespace cutset::agent::link {

namespace {

constexpr size_t kMostHeld = 100000;

MessageRange range_of(framing::Framing framing, std::string operation, uint64_t nth,
                      bool after) {
  return {framing, std::move(operation), nth, after ? nth : 0};
}

}  // namespace

GateStage::GateStage(framing::Framing framing, std::string operation, uint64_t nth,
                     bool after, std::function<framing::Side(const Flow&)> side,
                     Reached reached)
    : nth_(nth),
      after_(after),
      reached_(std::move(reached)),
      splitter_(range_of(framing, std::move(operation), nth, after), std::move(side),
                *this) {}

void GateStage::packet(Packet packet, Nanos) {
  splitter_.packet(std::move(packet));
}

bool GateStage::piece(Packet packet, const Flow&, bool inside) {
  if (state_ == State::kCounting && inside && !after_) hold();
  if (state_ == State::kHolding) {
    if (held_.size() < kMostHeld) held_.push_back(std::move(packet));
    return false;
  }
  forward(packet);
  return true;
}

void GateStage::range_ended() {
  if (state_ == State::kCounting && after_) hold();
}

void GateStage::hold() {
  state_ = State::kHolding;
  reached_(nth_, splitter_.newest_label());
}

void GateStage::open() {
  if (state_ == State::kOpen) return;
  state_ = State::kOpen;
  for (const Packet& packet : held_) forward(packet);
  held_.clear();
  splitter_.forgive();
}

}  // namespace cutset::agent::link
