// Free ports for services to listen on.
//
// They are taken from below the range the kernel itself hands out: there, a port that is
// free now is not taken by somebody's outgoing connection before the service listens on
// it. No port is given twice by one agent.
//
// Thread rule: not thread-safe; one owner.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.h"

namespace cutset::agent {

struct HostPort {
  std::string host;
  uint16_t port = 0;  // 0: to be picked
  std::string text() const;
};

/// "host:port", "host:", "host" or "": an IPv4 address or localhost. Error: anything
/// else.
Result<HostPort> parse_host_port(const std::string& text);

class Ports {
 public:
  /// A port that can be bound on `host` now. Error: none is free, or the host is not of
  /// this machine.
  Result<uint16_t> pick(const std::string& host);
  /// A port that somebody chose; it is not picked.
  void keep_free(uint16_t port) { given_.insert(port); }

 private:
  std::set<uint16_t> given_;
};

}  // namespace cutset::agent
