// The door to the network: accepts TCP connections, insists on mutual TLS, and hands the
// plain bytes of those who are allowed to gRPC through a socket pair.
//
// Not gRPC's own TLS: that of Debian's release cannot be told to refuse what is older
// than 1.3, and says nothing about who was refused. Here each refusal is one line of the
// log.
//
// Bounds: kMostGuests connections at a time; a handshake has kHandshakePatience.
//
// Thread rule: owns one thread, and one for each connection; close() and the destructor
// from one other.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/tls/tls_context.h"
#include "base/fd.h"
#include "base/result.h"

namespace grpc {
class Server;
}

namespace cutset::agent {

inline constexpr int kMostGuests = 16;
inline constexpr std::chrono::milliseconds kHandshakePatience{5000};

/// "host:port" with an IP address, port 0: a free one. Error: usage, or it is taken.
Result<Fd> listen_on_network(const std::string& address);
/// "host:port" where it really listens.
std::string listening_address(int socket);

class TlsDoor {
 public:
  /// The server must outlive the door.
  TlsDoor(Fd listener, std::unique_ptr<TlsContext> context, grpc::Server& server);
  ~TlsDoor() { close(); }
  TlsDoor(const TlsDoor&) = delete;
  TlsDoor& operator=(const TlsDoor&) = delete;

  /// Nobody comes in any more, and who is in has to go.
  void close();

 private:
  struct Guest {
    std::thread thread;
    std::atomic<bool> gone{false};
  };

  void accept_loop();
  void admit(Fd connection, const std::string& peer);
  void serve(const Fd& connection, const std::string& peer);
  void forget_gone();

  Fd listener_;
  std::unique_ptr<TlsContext> context_;
  grpc::Server& server_;
  Fd stop_;
  std::vector<std::unique_ptr<Guest>> guests_;  // of accept_loop(), and close() after it
  std::thread thread_;
};

}  // namespace cutset::agent
