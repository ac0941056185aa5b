// TCP sockets without blocking: addresses, listening, connecting, closing with a reset.
//
// Thread rule: pure functions of the operating system; any thread.
#pragma once

#include <cstdint>
#include <string>

#include <sys/socket.h>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::proxy {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;

  uint16_t port() const;
  void set_port(uint16_t port);
  /// "127.0.0.1:80" or "[::1]:80".
  std::string text() const;
  /// Where to connect to reach a listener at this address: a wildcard becomes loopback.
  Endpoint reachable() const;
};

/// "host:port", "[v6]:port"; host a literal address or a name of this host ("localhost").
/// Error: bad_input naming what was found; `what` names the setting, e.g. `listen of
/// "stock"`.
Result<Endpoint> parse_endpoint(const std::string& text, const std::string& what);

/// Listens and fills in the port that was picked. Error: address in use and the like,
/// naming the address.
Result<Fd> listen_on(Endpoint& endpoint);

/// A port at this host where a service can listen later. Outside of the range that the
/// system hands to outgoing connections where possible, so that nobody is given it in the
/// meantime.
Result<uint16_t> find_free_port(const Endpoint& host);

/// A socket that is connecting, or an invalid one (errno tells).
Fd begin_connect(const Endpoint& endpoint);

/// Answers are small and must leave at once.
void set_no_delay(int fd);

/// The address of the other end without its port, as "10.0.0.1" or "fd00::1" (an IPv4
/// address within IPv6 as IPv4); "" if it is gone.
std::string peer_address_of(int fd);

/// Makes the coming close() send a reset instead of an orderly end.
void set_reset_on_close(int fd);

}  // namespace cutset::agent::proxy
