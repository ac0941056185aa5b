#include "peer.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::testing {

namespace {

constexpr int kPatienceMs = 8000;

/// A callee that ends looks at connections that their own threads may be closing.
std::mutex& closing_mutex() {
  static std::mutex mutex;
  return mutex;
}

sockaddr_in address_of(const std::string& text) {
  const size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  CHECK(::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) == 1);
  address.sin_port = htons(static_cast<uint16_t>(std::stoi(text.substr(colon + 1))));
  return address;
}

bool readable(int fd, int milliseconds) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, milliseconds) > 0;
}

}  // namespace

std::string Message::first_line() const {
  return head.substr(0, head.find("\r\n"));
}

int Message::status() const {
  return head.size() < 12 ? 0 : std::stoi(head.substr(9, 3));
}

std::string Message::field(const std::string& name) const {
  for (const std::string& line : split(head, "\r\n")) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    if (strcasecmp(line.substr(0, colon).c_str(), name.c_str()) == 0) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return "<none>";
}

size_t Message::count(const std::string& name) const {
  size_t found = 0;
  for (const std::string& line : split(head, "\r\n")) {
    const size_t colon = line.find(':');
    if (colon != std::string::npos &&
        strcasecmp(line.substr(0, colon).c_str(), name.c_str()) == 0) {
      ++found;
    }
  }
  return found;
}

Wire::Wire(Fd fd) : fd_(std::move(fd)) {
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool Wire::send(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t now =
        ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += static_cast<size_t>(now);
  }
  return true;
}

bool Wire::fill() {
  char bytes[64 * 1024];
  if (!readable(fd_.get(), kPatienceMs)) return false;
  const ssize_t got = ::recv(fd_.get(), bytes, sizeof(bytes), 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(got));
  return true;
}

bool Wire::fill_to(size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) return false;
  }
  return true;
}

void Wire::read_chunks(Message& message) {
  while (true) {
    size_t line_end = 0;
    while ((line_end = buffer_.find("\r\n")) == std::string::npos) {
      if (!fill()) return;
    }
    const size_t size = std::stoul(buffer_.substr(0, line_end), nullptr, 16);
    if (!fill_to(line_end + 2 + size + 2)) return;
    message.body += buffer_.substr(line_end + 2, size);
    buffer_.erase(0, line_end + 2 + size + 2);
    if (size == 0) {
      message.complete = true;
      return;
    }
  }
}

Message Wire::read_message(bool bodiless) {
  Message message;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return message;
  }
  message.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  const bool is_answer = message.head.starts_with("HTTP/");
  const int status = is_answer ? message.status() : 0;
  if (bodiless || status / 100 == 1 || status == 204 || status == 304) {
    message.complete = true;
    return message;
  }
  const std::string length = message.field("content-length");
  if (message.field("transfer-encoding") == "chunked") {
    read_chunks(message);
  } else if (length != "<none>") {
    const size_t size = std::stoul(length);
    message.complete = fill_to(size);
    message.body = buffer_.substr(0, size);
    buffer_.erase(0, message.body.size());
  } else if (is_answer) {
    while (fill()) {
    }
    message.body = std::exchange(buffer_, {});
    message.complete = true;
  } else {
    message.complete = true;
  }
  return message;
}

std::string Wire::read_for(int milliseconds) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !readable(fd_.get(), static_cast<int>(left.count()))) break;
    if (!fill()) break;
  }
  return std::exchange(buffer_, {});
}

std::string Wire::read_bytes(size_t count) {
  fill_to(count);
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

Ending Wire::ending(int milliseconds) {
  char bytes[4096];
  while (readable(fd_.get(), milliseconds)) {
    const ssize_t got = ::recv(fd_.get(), bytes, sizeof(bytes), 0);
    if (got == 0) return Ending::kClosed;
    if (got < 0) return errno == ECONNRESET ? Ending::kReset : Ending::kClosed;
  }
  return Ending::kStillOpen;
}

void Wire::half_close() {
  ::shutdown(fd_.get(), SHUT_WR);
}

void Wire::close_with_reset() {
  const linger at_once{1, 0};
  const std::lock_guard lock(closing_mutex());
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  fd_.reset();
}

Wire dial(const std::string& address) {
  const sockaddr_in where = address_of(address);
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) ==
        0);
  return Wire(std::move(fd));
}

Callee::Callee(const std::string& address, WireHandler handler)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      handler_(std::move(handler)) {
  const sockaddr_in where = address_of(address);
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  CHECK(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where),
               sizeof(where)) == 0);
  CHECK(::listen(listener_.get(), 64) == 0);
  acceptor_ = std::thread([this] { accept_loop(); });
}

Callee::~Callee() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    const std::lock_guard closing(closing_mutex());
    for (const auto& wire : wires_) ::shutdown(wire->fd(), SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

int Callee::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(wires_.size());
}

void Callee::accept_loop() {
  while (true) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.valid()) return;
    const std::lock_guard lock(mutex_);
    const auto wire = std::make_shared<Wire>(std::move(fd));
    wires_.push_back(wire);
    threads_.emplace_back([this, wire] {
      handler_(*wire);
      ::shutdown(wire->fd(), SHUT_RDWR);
    });
  }
}

WireHandler answering(RequestHandler handler) {
  return [handler = std::move(handler)](Wire& wire) {
    while (true) {
      const Message message = wire.read_message();
      if (message.head.empty() || !wire.send(handler(message))) return;
    }
  };
}

std::string ok(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", body.size(),
                     body);
}

std::string request(const std::string& method, const std::string& target,
                    const std::string& fields, const std::string& body) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}", method, target, fields);
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

}  // namespace cutset::testing
