// Blocking peers for tests of the proxy: a caller and a callee on real loopback sockets.
// Every read gives up after some seconds, so that a broken proxy fails a test instead of
// hanging it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace cutset::testing {

struct Message {
  std::string head;  // with its empty line; "" if none came
  std::string body;  // without chunk framing
  bool complete = false;

  int status() const;
  std::string first_line() const;
  /// The value of the first field of that name; "<none>" if there is none.
  std::string field(const std::string& name) const;
  size_t count(const std::string& name) const;
};

enum class Ending { kStillOpen, kClosed, kReset };

/// One connection, of either side.
class Wire {
 public:
  explicit Wire(Fd fd);

  bool send(const std::string& bytes);
  /// Reads one message. `bodiless`: the answer to a HEAD.
  Message read_message(bool bodiless = false);
  /// Just the bytes that come within so long, or until the end.
  std::string read_for(int milliseconds);
  /// Waits for so many bytes (or the end).
  std::string read_bytes(size_t count);
  /// How the connection ends within so long; bytes that come before are dropped.
  Ending ending(int milliseconds = 3000);
  void half_close();
  void close() { fd_.reset(); }
  void close_with_reset();
  int fd() const { return fd_.get(); }

 private:
  bool fill();
  bool fill_to(size_t size);
  void read_chunks(Message& message);

  Fd fd_;
  std::string buffer_;
};

/// "host:port".
Wire dial(const std::string& address);

using RequestHandler = std::function<std::string(const Message&)>;
using WireHandler = std::function<void(Wire&)>;

/// A callee: answers each request by a function, or speaks freely on each connection.
class Callee {
 public:
  /// Listens on "host:port".
  Callee(const std::string& address, WireHandler handler);
  ~Callee();
  Callee(const Callee&) = delete;
  Callee& operator=(const Callee&) = delete;

  int connections() const;

 private:
  void accept_loop();

  Fd listener_;
  WireHandler handler_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Wire>> wires_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A connection handler that answers requests until the caller closes.
WireHandler answering(RequestHandler handler);

/// "HTTP/1.1 200 OK" with a content-length.
std::string ok(const std::string& body);
std::string request(const std::string& method, const std::string& target,
                    const std::string& fields = "", const std::string& body = "");

}  // namespace cutset::testing
