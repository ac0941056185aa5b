// A TCP connection on which every call ends by a deadline.
// Thread rule: one owner.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::driver {

using Clock = std::chrono::steady_clock;

class TcpConnection {
 public:
  /// "host:port". Error: unavailable, why; nothing was sent.
  static Result<TcpConnection> open(const std::string& endpoint,
                                    Clock::time_point deadline);

  /// Error: unavailable. A part may have been sent.
  Status send_all(std::string_view bytes, Clock::time_point deadline);
  /// Some bytes, at least one. Error: unavailable (also at the end of the stream).
  Result<std::string> receive(Clock::time_point deadline);

 private:
  Fd socket_;
};

}  // namespace cutset::driver
