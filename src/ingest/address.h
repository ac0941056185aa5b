// "host:port" as users write it.
//
// Thread rule: pure function.
#pragma once

#include <string>

namespace cutset::ingest {

/// Is it a host and a port from 0 to 65535? gRPC itself takes a port modulo 65536.
bool is_host_and_port(const std::string& text);

}  // namespace cutset::ingest
