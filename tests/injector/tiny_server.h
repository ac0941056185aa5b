// A blocking HTTP server on a free loopback port for tests: every request is given to a
// function that returns the raw bytes of the answer. "" closes without an answer.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/fd.h"

namespace cutset::injector {

inline std::string http_answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class TinyServer {
 public:
  using Handler = std::function<std::string(const std::string& request)>;

  explicit TinyServer(Handler handler) : handler_(std::move(handler)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CHECK(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    CHECK(::listen(listener_.get(), 64) == 0);
    CHECK(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) ==
          0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~TinyServer() {
    done_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
  }

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int accepted() const { return accepted_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  bool done() const { return done_; }

 private:
  bool readable(int fd) const {
    pollfd polled{fd, POLLIN, 0};
    while (!done_) {
      if (::poll(&polled, 1, 20) > 0) return true;
    }
    return false;
  }

  void accept_all() {
    while (readable(listener_.get())) {
      Fd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.valid()) continue;
      ++accepted_;
      connections_.emplace_back([this, fd = peer.release()] { serve(Fd(fd)); });
    }
  }

  void serve(Fd peer) {
    std::string buffer;
    while (readable(peer.get())) {
      char bytes[65536];
      const ssize_t count = ::recv(peer.get(), bytes, sizeof bytes, 0);
      if (count <= 0) return;
      buffer.append(bytes, static_cast<size_t>(count));
      const size_t head = buffer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      size_t length = 0;
      const size_t field = buffer.find("ontent-");
      const size_t length_at = buffer.find("ength: ", field);
      if (length_at != std::string::npos && length_at < head) {
        length = std::stoul(buffer.substr(length_at + 7));
      }
      if (buffer.size() < head + 4 + length) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(buffer);
      }
      const std::string answer = handler_(buffer);
      if (answer.empty()) return;
      ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      buffer.clear();
    }
  }

  Handler handler_;
  Fd listener_;
  int port_ = 0;
  std::atomic<bool> done_{false};
  std::atomic<int> accepted_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace cutset::injector
