// Who watches the keeper while it ends everything. The keeper ends its worker first (with
// it goes the way to ask for more), and from then on nobody would be left if the keeper
// were killed too. So before that it forks a guard: a process that does nothing but wait
// for the keeper's word that everything is undone, and that undoes in its place if the
// keeper dies without it.
//
// At each point there are two who know: keeper and worker, keeper and worker and guard,
// keeper and guard.
//
// It is no child of the usual kind: waiting for any child does not see it, so that "no
// child is left" goes on to mean "nothing of the services is left". SIGTERM and the other
// signals that end an agent are blocked in it, as in the keeper.
//
// Thread rule: one owner, in a process that has no other thread.
#pragma once

#include <string>

#include "agent/proc.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

class Guard {
 public:
  /// What the guard has to know to undo in place of this process.
  struct Plan {
    std::string state_folder;
    std::string socket_path;
    bool own_folder = false;  // the socket's
    ProcessId worker;         // ended first if it still lives
  };
  static Result<Guard> start(const Plan& plan);
  Guard(Guard&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), word_(std::move(other.word_)) {}
  Guard& operator=(Guard&& other) = delete;
  /// Everything is undone, or nobody could undo more: the guard ends.
  ~Guard();

  pid_t pid() const { return pid_; }

 private:
  Guard(pid_t pid, Fd word) : pid_(pid), word_(std::move(word)) {}

  pid_t pid_;
  Fd word_;
};

}  // namespace cutset::agent
