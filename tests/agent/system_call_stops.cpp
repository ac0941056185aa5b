#include "system_call_stops.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace cutset::agent::test {

namespace {

constexpr std::array kChanges{
    SYS_clone,      SYS_kill,      SYS_pidfd_send_signal,
    SYS_write,      SYS_pwrite64,  SYS_unlinkat,
    SYS_renameat,   SYS_ftruncate, SYS_sendto,
    SYS_sendmsg,    SYS_wait4,     SYS_mkdirat,
    SYS_exit_group,
#ifdef SYS_unlink
    SYS_unlink,     SYS_rmdir,     SYS_rename,
#endif
};

// Nothing: it has ended.
bool await_stop(pid_t child, int& status) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(child), &info,
                  WEXITED | WSTOPPED | WNOWAIT | __WALL) != 0) {
    if (errno != EINTR) return false;
  }
  if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED ||
      info.si_code == CLD_DUMPED)
    return false;
  return ::waitpid(child, &status, __WALL) == child;
}

bool is_change(pid_t child) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) <= 0) return false;
  return info.op == PTRACE_SYSCALL_INFO_ENTRY &&
         std::find(kChanges.begin(), kChanges.end(), static_cast<long>(info.entry.nr)) !=
             kChanges.end();
}

}  // namespace

bool kill_before_change(pid_t child, int change, const std::function<void()>& begin) {
  EXPECT_EQ(::ptrace(PTRACE_SEIZE, child, nullptr, PTRACE_O_TRACESYSGOOD), 0);
  EXPECT_EQ(::ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr), 0);
  int status = 0;
  if (!await_stop(child, status)) return false;
  begin();
  int met = 0;
  long signal = 0;
  while (::ptrace(PTRACE_SYSCALL, child, nullptr, signal) == 0 &&
         await_stop(child, status)) {
    signal = 0;
    const int reason = WSTOPSIG(status);
    if (reason == (SIGTRAP | 0x80)) {
      if (!is_change(child) || met++ < change) continue;
      ::kill(child, SIGKILL);
      return true;
    }
    // Stops that ptrace makes are no signals.
    if (status >> 16 == 0) signal = reason;
  }
  return false;
}

}  // namespace cutset::agent::test
