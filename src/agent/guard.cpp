#include "agent/guard.h"

#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/undo.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::milliseconds kWorkerPatience{1000};
constexpr useconds_t kLookPause = 1000;

// fork() but for the signal that a child sends when it ends: without one it is seen only
// by who asks for it.
pid_t fork_unseen() {
  return static_cast<pid_t>(::syscall(SYS_clone, 0UL, nullptr, nullptr, nullptr, 0UL));
}

void end_worker(const ProcessId& worker) {
  const Status sent = signal_process(worker, SIGKILL);
  if (!sent.ok()) log_warning("{}", sent.error().text());
  const auto deadline = std::chrono::steady_clock::now() + kWorkerPatience;
  while (alive(worker) && std::chrono::steady_clock::now() < deadline)
    ::usleep(kLookPause);
}

[[noreturn]] void watch(const Guard::Plan& plan, const Fd& word) {
  char byte = 0;
  ssize_t count = -1;
  do {
    count = ::read(word.get(), &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count == 1) ::_exit(0);
  end_worker(plan.worker);
  undo_for_lost_keeper(plan.state_folder, plan.socket_path, plan.own_folder);
  ::_exit(0);
}

}  // namespace

Result<Guard> Guard::start(const Plan& plan) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const pid_t child = fork_unseen();
  if (child < 0) return Error::system("cannot fork the guard");
  if (child == 0) {
    write_end.reset();
    watch(plan, read_end);
  }
  return Guard(child, std::move(write_end));
}

Guard::~Guard() {
  if (pid_ < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(word_.get(), "d", 1);
  while (::waitpid(pid_, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

}  // namespace cutset::agent
