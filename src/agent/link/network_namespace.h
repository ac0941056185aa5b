// A network namespace in which faults are made: the agent's own, or a container's.
//
// It is known by its inode, which nobody else has while it exists; a process of it is
// only the way to find it, and may be gone when something is undone.
//
// Thread rule: values; run() may be called from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::link {

class NetworkNamespace {
 public:
  static Result<NetworkNamespace> own();
  /// Keeps the namespace while the object lives.
  static Result<NetworkNamespace> of(Fd file);
  /// Looks first at the process, then at all processes and at the named namespaces.
  /// Nothing: it does not exist any more.
  static std::optional<NetworkNamespace> find(ino_t inode, pid_t likely);

  NetworkNamespace copy() const;

  ino_t inode() const { return inode_; }
  bool is_own() const { return own_; }

  /// Calls the function in the namespace, on a thread of its own if that is not the
  /// agent's; returns when it has returned. Sockets and programs begun in it belong to
  /// the namespace for good.
  Status run(const std::function<Status()>& function) const;

 private:
  NetworkNamespace(Fd file, ino_t inode, bool own)
      : file_(std::move(file)), inode_(inode), own_(own) {}

  Fd file_;
  ino_t inode_;
  bool own_;
};

}  // namespace cutset::agent::link
