// The only door of the agent: a unix socket in a folder of its user. No TCP (that needs
// mutual TLS).
//
// Who may come in is decided three times: the folder (0700) and the socket file (0600)
// keep others from reaching it, and the kernel's word on who is at the other end
// (SO_PEERCRED) must be the agent's own user or root.
//
// Thread rule: free functions without state.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

/// "unix:PATH" or "PATH" to an absolute path. Error: TCP and other addresses, too long,
/// control characters.
Result<std::string> parse_socket_address(const std::string& text);

/// A listening socket at `path`. Makes the last folder (0700) if absent; replaces a
/// socket file that nobody serves. Error: someone serves it, the file is no socket, the
/// folder is open to others.
Result<Fd> listen_at(const std::string& path);

/// Removes the socket file if it is one of ours and nobody serves it; also its folder, if
/// that is then empty, when the folder was made for that agent alone.
void remove_stale_socket(const std::string& path, bool with_folder = false);
/// Removes our own socket file when the agent ends; also its folder, if that is then
/// empty, when the folder was made for this agent alone.
void remove_socket(const std::string& path, bool with_folder);
/// True if someone accepts connections at `path`.
bool is_served(const std::string& path);

/// Whether the process at the other end of a connection runs as our user or as root.
bool peer_allowed(int connection);

}  // namespace cutset::agent
