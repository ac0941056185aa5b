#include "agent/ports.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/file.h"

namespace cutset::agent {

namespace {

constexpr int kLowestPort = 10000;
constexpr int kDefaultEphemeral = 32768;

// The first port that the kernel gives to outgoing connections.
int first_ephemeral_port() {
  const Result<std::string> range =
      read_file("/proc/sys/net/ipv4/ip_local_port_range", 256);
  const int first = range.ok() ? std::atoi(range->c_str()) : kDefaultEphemeral;
  return first > kLowestPort + 1000 && first <= 65535 ? first : 65535;
}

bool parse_host(const std::string& host, in_addr& address) {
  return ::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(),
                     &address) == 1;
}

// 0 if the port can be bound, else the error number.
int try_bind(const in_addr& host, uint16_t port) {
  const Fd file(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!file.valid()) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = host;
  address.sin_port = htons(port);
  return ::bind(file.get(), reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == 0
             ? 0
             : errno;
}

}  // namespace

std::string HostPort::text() const {
  return fmt::format("{}:{}", host, port);
}

Result<HostPort> parse_host_port(const std::string& text) {
  HostPort result;
  const size_t colon = text.find(':');
  result.host = text.substr(0, colon);
  if (result.host.empty()) result.host = "127.0.0.1";
  in_addr address{};
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  int number = 0;
  const auto [end, code] =
      std::from_chars(port.data(), port.data() + port.size(), number);
  const bool port_ok =
      port.empty() || (code == std::errc() && end == port.data() + port.size() &&
                       number >= 0 && number <= 65535);
  if (!port_ok || !parse_host(result.host, address)) {
    return Error::bad_input(
        fmt::format("\"{}\" is not an address; expected host:port with an IPv4 address "
                    "or localhost, port 0 for a free one",
                    text));
  }
  result.port = static_cast<uint16_t>(number);
  return result;
}

Result<uint16_t> Ports::pick(const std::string& host) {
  in_addr address{};
  if (!parse_host(host, address)) return Error::bad_input("not an IPv4 address: " + host);
  const int count = first_ephemeral_port() - kLowestPort;
  uint32_t offset = 0;
  // A random beginning keeps agents that run at the same time out of each other's way.
  if (::getrandom(&offset, sizeof offset, 0) != static_cast<ssize_t>(sizeof offset))
    offset = 0;
  for (int i = 0; i < count; ++i) {
    const auto port = static_cast<uint16_t>(
        kLowestPort + (offset + static_cast<uint32_t>(i)) % static_cast<uint32_t>(count));
    if (given_.contains(port)) continue;
    const int failed = try_bind(address, port);
    if (failed == EADDRINUSE) continue;
    if (failed != 0) {
      return Error::unavailable(
          fmt::format("cannot listen on {}: {}", host, std::strerror(failed)));
    }
    given_.insert(port);
    return port;
  }
  return Error::unavailable(fmt::format("no free port on {}", host));
}

}  // namespace cutset::agent
