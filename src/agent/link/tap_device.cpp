#include "agent/link/tap_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/link/route_rules.h"

namespace cutset::agent::link {

namespace {

constexpr size_t kEthernetHeader = 14;
constexpr size_t kLargestPacket = 65535;
// A full queue of the device loses packets that a socket believes sent.
constexpr int kQueueLength = 10000;

void set_name(ifreq& request, const std::string& name) {
  std::memset(&request, 0, sizeof request);
  name.copy(request.ifr_name, IFNAMSIZ - 1);
}

Result<Fd> open_tun(const std::string& name) {
  Fd tun(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!tun.valid()) {
    return Error::system(
        "cannot open /dev/net/tun, which delays and messages need (is the module tun "
        "there, is the agent root?)");
  }
  ifreq request;
  set_name(request, name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(tun.get(), TUNSETIFF, &request) != 0)
    return Error::system("cannot make the device " + name);
  return tun;
}

Status bring_up(const std::string& name, unsigned size) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request;
  set_name(request, name);
  request.ifr_mtu = static_cast<int>(std::min<size_t>(size, kLargestPacket));
  if (::ioctl(socket.get(), SIOCSIFMTU, &request) != 0)
    return Error::system("cannot set the size of packets of " + name);
  set_name(request, name);
  request.ifr_qlen = kQueueLength;
  if (::ioctl(socket.get(), SIOCSIFTXQLEN, &request) != 0)
    return Error::system("cannot set the queue of " + name);
  set_name(request, name);
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0)
    return Error::system("cannot see the device " + name);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    return Error::system("cannot bring up the device " + name);
  return {};
}

Result<Fd> open_raw(int family, uint32_t mark) {
  Fd raw(::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  if (!raw.valid()) return Error::system("cannot open a raw socket");
  const int on = 1;
  const bool six = family == AF_INET6;
  const int room = 4 << 20;
  const timeval limit{0, 20000};  // a device that takes nothing for so long loses packets
  ::setsockopt(raw.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  ::setsockopt(raw.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::setsockopt(raw.get(), six ? IPPROTO_IPV6 : IPPROTO_IP,
                   six ? IPV6_HDRINCL : IP_HDRINCL, &on, sizeof on) != 0 ||
      ::setsockopt(raw.get(), SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0)
    return Error::system("cannot set up a raw socket");
  return raw;
}

// What the kernel sends on every new device by itself (neighbour discovery and the like).
bool is_multicast(const Packet& packet) {
  const uint8_t first = packet.bytes[packet.six ? 24 : 16];
  return packet.six ? first == 0xFF : (first & 0xF0) == 0xE0;
}

// How many bytes stand before the IP packet. Where it was routed here there are none; the
// header of loopback is all zeros, and a real one names the protocol that follows.
size_t ethernet_size(const std::vector<uint8_t>& bytes, size_t size) {
  if (size < kEthernetHeader + 1) return 0;
  if (bytes[0] == 0) return kEthernetHeader;
  const int version = bytes[kEthernetHeader] >> 4;
  const unsigned type = static_cast<unsigned>(bytes[12]) << 8 | bytes[13];
  const bool routed4 =
      bytes[0] >> 4 == 4 && (static_cast<size_t>(bytes[2]) << 8 | bytes[3]) == size;
  const bool routed6 =
      bytes[0] >> 4 == 6 && (static_cast<size_t>(bytes[4]) << 8 | bytes[5]) + 40 == size;
  if (routed4 || routed6) return 0;
  return (type == 0x0800 && version == 4) || (type == 0x86DD && version == 6)
             ? kEthernetHeader
             : 0;
}

unsigned mtu_of_route(const std::string& address) {
  const bool six = address.find(':') != std::string::npos;
  const Fd socket(::socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in to4{};
  sockaddr_in6 to6{};
  to4.sin_family = AF_INET;
  to6.sin6_family = AF_INET6;
  to4.sin_port = to6.sin6_port = htons(9);
  ::inet_pton(AF_INET, address.c_str(), &to4.sin_addr);
  ::inet_pton(AF_INET6, address.c_str(), &to6.sin6_addr);
  const auto* to = six ? reinterpret_cast<const sockaddr*>(&to6)
                       : reinterpret_cast<const sockaddr*>(&to4);
  int mtu = 0;
  socklen_t size = sizeof mtu;
  if (::connect(socket.get(), to, six ? sizeof to6 : sizeof to4) != 0 ||
      ::getsockopt(socket.get(), six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_MTU : IP_MTU,
                   &mtu, &size) != 0 ||
      mtu <= 0)
    return 0;
  return static_cast<unsigned>(mtu);
}

}  // namespace

Result<TapDevice> TapDevice::open(const NetworkNamespace& place, const TapName& name,
                                  unsigned size) {
  TapDevice device;
  device.buffer_.resize(kLargestPacket + kEthernetHeader);
  const Status made = place.run([&]() -> Status {
    CUTSET_ASSIGN(device.tun_, open_tun(name.device));
    CUTSET_TRY(bring_up(name.device, size));
    CUTSET_ASSIGN(device.raw4_, open_raw(AF_INET, name.forwarded));
    Result<Fd> raw6 = open_raw(AF_INET6, name.forwarded);
    if (raw6) device.raw6_ = std::move(*raw6);  // without IPv6 there are no such packets
    CUTSET_TRY(add_default_route(name.taken, ::if_nametoindex(name.device.c_str())));
    return add_rule(name.taken, name.taken);
  });
  if (!made) return made.error();
  return device;
}

std::optional<Packet> TapDevice::read() {
  while (true) {
    const ssize_t size = ::read(tun_.get(), buffer_.data(), buffer_.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    const size_t skip = ethernet_size(buffer_, static_cast<size_t>(size));
    std::optional<Packet> packet =
        parse_packet({buffer_.begin() + static_cast<ptrdiff_t>(skip),
                      buffer_.begin() + static_cast<ptrdiff_t>(size)});
    if (packet && !is_multicast(*packet)) return packet;
  }
}

void TapDevice::forward(const Packet& packet) const {
  sockaddr_in to4{};
  sockaddr_in6 to6{};
  const Address to = packet.destination();
  if (packet.six) {
    to6.sin6_family = AF_INET6;
    std::memcpy(&to6.sin6_addr, to.data(), 16);
  } else {
    to4.sin_family = AF_INET;
    std::memcpy(&to4.sin_addr, to.data(), 4);
  }
  const Fd& raw = packet.six ? raw6_ : raw4_;
  const auto* address = packet.six ? reinterpret_cast<const sockaddr*>(&to6)
                                   : reinterpret_cast<const sockaddr*>(&to4);
  // A refusal (a partition in the output hook, no route) loses the packet, as it would
  // have lost the sender's own.
  while (::sendto(raw.get(), packet.bytes.data(), packet.bytes.size(), 0, address,
                  packet.six ? sizeof to6 : sizeof to4) < 0 &&
         errno == EINTR) {
  }
}

unsigned mtu_towards(const NetworkNamespace& place,
                     const std::vector<std::string>& addresses) {
  unsigned smallest = 0;
  const Status looked = place.run([&]() -> Status {
    for (const std::string& address : addresses) {
      const unsigned mtu = mtu_of_route(address);
      if (mtu != 0 && (smallest == 0 || mtu < smallest)) smallest = mtu;
    }
    return {};
  });
  return !looked || smallest == 0 ? 1500 : smallest;
}

}  // namespace cutset::agent::link
