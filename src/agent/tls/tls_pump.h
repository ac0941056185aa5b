// Moves bytes between a TLS connection and a socket until one of them ends.
//
// Thread rule: blocks its caller; one connection, one caller.
#pragma once

#include <chrono>

struct ssl_st;

namespace cutset::agent {

/// Both sockets are non-blocking; `stop` becomes readable when it has to end.
/// Returns whether the handshake was done within `patience`.
bool tls_handshake(ssl_st* connection, int socket, int stop,
                   std::chrono::milliseconds patience);

/// Requires: the handshake is done.
void pump_tls(ssl_st* connection, int socket, int plain, int stop);

}  // namespace cutset::agent
