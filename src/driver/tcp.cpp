#include "driver/tcp.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace cutset::driver {

namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// Whether the socket is ready before the deadline.
bool await(int socket, short events, Clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd polled{socket, events, 0};
    const int ready =
        ::poll(&polled, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Result<TcpConnection> TcpConnection::open(const std::string& endpoint,
                                          Clock::time_point deadline) {
  const size_t colon = endpoint.rfind(':');
  if (colon == std::string::npos) {
    return Error::unavailable(endpoint + ": expected host:port");
  }
  std::string host = endpoint.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int failed =
          ::getaddrinfo(host.c_str(), endpoint.substr(colon + 1).c_str(), &hints, &found);
      failed != 0) {
    return Error::unavailable(endpoint + ": " + ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  TcpConnection connection;
  connection.socket_ =
      Fd(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int socket = connection.socket_.get();
  if (socket < 0) return Error::system("socket");
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, list->ai_addr, list->ai_addrlen) == 0) return connection;
  int error = errno;
  if (error == EINPROGRESS) {
    if (!await(socket, POLLOUT, deadline)) {
      return Error::unavailable("no connection to " + endpoint + " in time");
    }
    socklen_t size = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return connection;
  return Error::unavailable(
      fmt::format("no connection to {}: {}", endpoint, std::strerror(error)));
}

Status TcpConnection::send_all(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (sent < 0 && errno == EAGAIN) {
      if (!await(socket_.get(), POLLOUT, deadline)) {
        return Error::unavailable("it could not be sent in time");
      }
    } else if (sent < 0 && errno != EINTR) {
      return Error::unavailable(fmt::format("while sending: {}", std::strerror(errno)));
    }
  }
  return {};
}

Result<std::string> TcpConnection::receive(Clock::time_point deadline) {
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) return std::string(buffer.data(), static_cast<size_t>(got));
    if (got == 0) return Error::unavailable("the connection was closed");
    if (errno == EAGAIN) {
      if (!await(socket_.get(), POLLIN, deadline)) {
        return Error::unavailable("no answer in time");
      }
    } else if (errno != EINTR) {
      return Error::unavailable(std::strerror(errno));
    }
  }
}

}  // namespace cutset::driver
