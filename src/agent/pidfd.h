// Process descriptors. By system call, because the header of glibc 2.36 declares its
// functions without C linkage.
//
// Thread rule: free functions.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::agent {

/// Invalid, with errno set, if there is no such process.
inline Fd open_pidfd(pid_t pid) {
  return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// 0, or -1 with errno set.
inline int signal_pidfd(const Fd& process, int signal) {
  return static_cast<int>(
      ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0));
}

}  // namespace cutset::agent
