// Lets controllers in: accepts connections of the unix socket, asks the kernel who is
// there, and hands the allowed ones to gRPC.
//
// Thread rule: owns one thread; close() and the destructor from one other.
#pragma once

#include <thread>

#include "base/fd.h"

namespace grpc {
class Server;
}

namespace cutset::agent {

class Door {
 public:
  /// The server must outlive the door.
  Door(Fd listener, grpc::Server& server);
  ~Door() { close(); }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// Nobody comes in any more; who is in stays.
  void close();

 private:
  void accept_loop();

  Fd listener_;
  grpc::Server& server_;
  Fd stop_;
  std::thread thread_;
};

}  // namespace cutset::agent
