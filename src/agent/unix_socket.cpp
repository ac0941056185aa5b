#include "agent/unix_socket.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr size_t kPathLimit = sizeof(sockaddr_un::sun_path) - 1;
constexpr int kBacklog = 64;

bool looks_like_tcp(const std::string& text) {
  if (text.find("://") != std::string::npos) return true;
  if (text.find('/') != std::string::npos) return false;
  const size_t colon = text.rfind(':');
  return colon != std::string::npos && colon + 1 < text.size() &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.end(),
                     [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, kPathLimit);
  return address;
}

Result<Fd> new_socket() {
  Fd file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!file.valid()) return Error::system("cannot make a unix socket");
  return file;
}

Status check_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error::system("cannot make the folder of the socket, " + folder);
  }
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0)
    return Error::system("cannot look at " + folder);
  if (!S_ISDIR(info.st_mode)) return Error::usage(folder + " is not a folder");
  if (info.st_uid != ::geteuid() || (info.st_mode & 077) != 0) {
    return Error::usage(fmt::format(
        "the folder of the socket must belong to user {} and be closed to others (0700); "
        "{} belongs to user {} and has "
        "mode {:04o}: choose another folder (it is made if absent), or chmod 700 {}",
        ::geteuid(), folder, info.st_uid, info.st_mode & 07777, folder));
  }
  return {};
}

Status clear_path(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return Error::system("cannot look at " + path);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return Error::usage(
        path + " exists and is not a socket; it is left alone: give another --socket");
  }
  if (is_served(path)) {
    return Error::unavailable("another process serves " + path +
                              ": stop it, or give another --socket");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Error::system("cannot remove the stale socket " + path);
  }
  return {};
}

}  // namespace

Result<std::string> parse_socket_address(const std::string& text) {
  if (looks_like_tcp(text) || text.starts_with("dns:") || text.starts_with("ipv4:") ||
      text.starts_with("ipv6:") || text.starts_with("tcp:")) {
    return Error::usage(
        fmt::format("--socket {}: give unix:PATH; the network has --listen, with "
                    "mutual TLS",
                    text));
  }
  const std::string path = text.starts_with("unix:") ? text.substr(5) : text;
  if (path.empty())
    return Error::usage("--socket needs a path, for example unix:/run/cutset/agent.sock");
  if (std::any_of(path.begin(), path.end(),
                  [](unsigned char letter) { return letter < 32; })) {
    return Error::usage("--socket: a path without control characters is expected");
  }
  std::error_code code;
  const std::string absolute =
      std::filesystem::absolute(path, code).lexically_normal().string();
  if (code) return Error::usage(fmt::format("--socket {}: {}", text, code.message()));
  if (absolute.ends_with('/'))
    return Error::usage(fmt::format("--socket {} names a folder, not a file", text));
  if (absolute.size() > kPathLimit) {
    return Error::usage(
        fmt::format("the path of the socket has {} bytes, the kernel allows {}: {}",
                    absolute.size(), kPathLimit, absolute));
  }
  return absolute;
}

Result<Fd> listen_at(const std::string& path) {
  CUTSET_TRY(check_folder(std::filesystem::path(path).parent_path().string()));
  CUTSET_TRY(clear_path(path));
  CUTSET_ASSIGN(Fd file, new_socket());
  const sockaddr_un address = address_of(path);
  const mode_t previous = ::umask(0177);
  const int bound =
      ::bind(file.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(previous);
  if (bound != 0) return Error::system("cannot bind " + path);
  if (::listen(file.get(), kBacklog) != 0)
    return Error::system("cannot listen at " + path);
  return file;
}

bool is_served(const std::string& path) {
  const Result<Fd> probe = new_socket();
  if (!probe.ok() || path.size() > kPathLimit) return false;
  const sockaddr_un address = address_of(path);
  // EAGAIN: its queue of connections is full, so there is someone who should accept them.
  return ::connect(probe->get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address) == 0 ||
         errno == EAGAIN;
}

void remove_stale_socket(const std::string& path, bool with_folder) {
  if (path.empty()) return;
  struct stat info {};
  const bool there = ::lstat(path.c_str(), &info) == 0;
  if (there) {
    if (!S_ISSOCK(info.st_mode) || info.st_uid != ::geteuid() || is_served(path)) return;
    ::unlink(path.c_str());
  }
  // The agent may have died with a folder and no socket yet, or no more.
  if (with_folder) ::rmdir(std::filesystem::path(path).parent_path().c_str());
}

void remove_socket(const std::string& path, bool with_folder) {
  ::unlink(path.c_str());
  // Refused, as it should be, when anything else is in it.
  if (with_folder) ::rmdir(std::filesystem::path(path).parent_path().c_str());
}

bool peer_allowed(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace cutset::agent
