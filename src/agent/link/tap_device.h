// The TUN device into which the kernel puts the packets of a tap, and the raw sockets by
// which they go on. The device is not persistent: it is gone with its descriptor, and
// with it the route into it, so that nothing is held back when the agent dies.
//
// Two ways lead into it: packets to other machines are routed by their mark (a rule and a
// table of our own); packets to this machine, whose route cannot be changed, are taken by
// a rule of nftables from the device on which they arrive (the loopback device, if their
// sender is here too) and come with an Ethernet header.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/link/network_namespace.h"
#include "agent/link/packet.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::link {

struct TapName {
  std::string device;
  uint32_t taken = 0;      // mark of the packets (packet_marks.h), number of the table
  uint32_t forwarded = 0;  // mark of packets that go on
};

class TapDevice {
 public:
  /// Makes the device, its route and the rules that lead to it. `size`: the largest
  /// packet that it takes (the MTU of the device that it stands for).
  static Result<TapDevice> open(const NetworkNamespace& place, const TapName& name,
                                unsigned size);

  int fd() const { return tun_.get(); }
  /// The next packet; nothing if there is none at the moment.
  std::optional<Packet> read();
  /// Sends it on as its sender would have; a network that refuses it loses it.
  void forward(const Packet& packet) const;

 private:
  TapDevice() = default;

  Fd tun_;
  Fd raw4_;
  Fd raw6_;
  std::vector<uint8_t> buffer_;
};

/// The smallest MTU on the way to these addresses as the kernel knows it; 1500 if it does
/// not.
unsigned mtu_towards(const NetworkNamespace& place,
                     const std::vector<std::string>& addresses);

}  // namespace cutset::agent::link
