// What a tap does to the packets that pass it: one file a kind.
//
// Thread rule: all functions on the tap's thread; a stage outlives its tap.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "agent/link/packet.h"

namespace cutset::agent::link {

/// Nanoseconds of CLOCK_MONOTONIC.
using Nanos = int64_t;
constexpr Nanos kNever = std::numeric_limits<Nanos>::max();

class PacketStage {
 public:
  using Forward = std::function<void(const Packet&)>;

  virtual ~PacketStage() = default;

  /// Before all else: where packets go on.
  void set_forward(Forward forward) { forward_ = std::move(forward); }

  virtual void packet(Packet packet, Nanos now) = 0;
  /// When due() wants to be called.
  virtual Nanos next_due() const { return kNever; }
  virtual void due(Nanos /*now*/) {}
  /// The tap closes: what is held goes on now, or never.
  virtual void close() {}

 protected:
  void forward(const Packet& packet) const { forward_(packet); }

 private:
  Forward forward_;
};

}  // namespace cutset::agent::link
