#include "agent/proxy/socket.h"

#include <cerrno>
#include <cstring>
#include <random>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace cutset::agent::proxy {

namespace {

constexpr int kBacklog = 1024;
// Below Linux's default range for outgoing connections (32768 on).
constexpr int kFirstServicePort = 20000;
constexpr int kServicePorts = 12000;

const sockaddr* generic(const Endpoint& endpoint) {
  return reinterpret_cast<const sockaddr*>(&endpoint.address);
}

Error bad_address(const std::string& what, const std::string& text) {
  return Error::bad_input(fmt::format(
      "{}: \"{}\" is not an address; expected \"host:port\", e.g. \"127.0.0.1:8080\"",
      what, text));
}

Fd bound_socket(const Endpoint& endpoint) {
  Fd fd(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                 0));
  if (!fd.valid()) return fd;
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(fd.get(), generic(endpoint), endpoint.length) != 0) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

}  // namespace

uint16_t Endpoint::port() const {
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void Endpoint::set_port(uint16_t port) {
  if (address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(port);
  }
}

std::string Endpoint::text() const {
  char host[INET6_ADDRSTRLEN] = "?";
  if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
    return fmt::format("[{}]:{}", host, port());
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
  ::inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
  return fmt::format("{}:{}", host, port());
}

Endpoint Endpoint::reachable() const {
  Endpoint result = *this;
  if (address.ss_family == AF_INET6) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.address);
    if (IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr)) v6->sin6_addr = in6addr_loopback;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&result.address);
    if (v4->sin_addr.s_addr == htonl(INADDR_ANY))
      v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  return result;
}

Result<Endpoint> parse_endpoint(const std::string& text, const std::string& what) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() ||
      text.size() > 300 || text.find('\0') != std::string::npos) {
    return bad_address(what, text);
  }
  std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      std::stoi(port) > 65535) {
    return bad_address(what, text);
  }
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (status != 0) {
    return Error::bad_input(
        fmt::format("{}: \"{}\": {} (use an address of this host, e.g. \"127.0.0.1:{}\")",
                    what, text, ::gai_strerror(status), port));
  }
  Endpoint endpoint;
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return endpoint;
}

Result<Fd> listen_on(Endpoint& endpoint) {
  Fd fd = bound_socket(endpoint);
  if (!fd.valid() || ::listen(fd.get(), kBacklog) != 0) {
    const bool in_use = errno == EADDRINUSE;
    Error error = Error::system(fmt::format("cannot listen on {}", endpoint.text()));
    error.kind = ErrorKind::kUnavailable;
    if (in_use)
      error.message += "; end the program that uses it, or choose port 0 for a free one";
    return error;
  }
  endpoint.length = sizeof(endpoint.address);
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&endpoint.address),
                    &endpoint.length) != 0) {
    return Error::system("cannot read the address of a listener");
  }
  return fd;
}

Result<uint16_t> find_free_port(const Endpoint& host) {
  std::random_device random;
  const int start = static_cast<int>(random() % kServicePorts);
  Endpoint candidate = host;
  for (int i = 0; i < kServicePorts; ++i) {
    candidate.set_port(
        static_cast<uint16_t>(kFirstServicePort + (start + i) % kServicePorts));
    const Fd probe = bound_socket(candidate);
    if (probe.valid() && ::listen(probe.get(), 1) == 0) return candidate.port();
    if (errno != EADDRINUSE) {
      return Error::system(fmt::format("cannot listen on {}", candidate.text()));
    }
  }
  candidate.set_port(0);
  const Result<Fd> probe = listen_on(candidate);
  if (!probe.ok()) return probe.error();
  return candidate.port();
}

Fd begin_connect(const Endpoint& endpoint) {
  Fd fd(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                 0));
  if (!fd.valid()) return fd;
  set_no_delay(fd.get());
  if (::connect(fd.get(), generic(endpoint), endpoint.length) != 0 &&
      errno != EINPROGRESS) {
    const int error = errno;
    fd.reset();
    errno = error;
  }
  return fd;
}

std::string peer_address_of(int fd) {
  Endpoint peer;
  peer.length = sizeof(peer.address);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer.address), &peer.length) != 0)
    return {};
  char host[INET6_ADDRSTRLEN] = "";
  if (peer.address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&peer.address);
    ::inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
    return host;
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(&peer.address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    ::inet_ntop(AF_INET, &v6.s6_addr[12], host, sizeof(host));
  } else {
    ::inet_ntop(AF_INET6, &v6, host, sizeof(host));
  }
  return host;
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void set_reset_on_close(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace cutset::agent::proxy
