// A process that the keeper has started and recorded, and that waits: all that is left to
// do is the execution of its command. What has to be started at a moment is held before
// it, so that neither the keeper nor a fork stands between the moment and the command.
//
//   keeper: fork, intent log, cgroups, folder, output, environment -> waits
//   worker: go() -> one byte through a pipe -> execve
//
// It ends by itself when the worker dies or lets go of the object.
//
// Thread rule: one owner.
#pragma once

#include <memory>
#include <string>

#include "agent/supervisor.h"
#include "base/fd.h"

namespace cutset::agent {

class HeldProcess {
 public:
  /// Returns when it waits. Requires: the supervisor outlives it. Error: as
  /// Supervisor::start(), but for what only the execution can show.
  static Result<std::unique_ptr<HeldProcess>> start(Supervisor& supervisor,
                                                    StartRequest request);
  ~HeldProcess();
  HeldProcess(const HeldProcess&) = delete;
  HeldProcess& operator=(const HeldProcess&) = delete;

  int64_t pid() const { return pid_; }

  /// Returns when the command has been executed: from then on it is a process of the
  /// supervisor as any other. Called once. Error: it cannot be executed, or the process
  /// has ended meanwhile.
  Status go();

 private:
  HeldProcess(Supervisor& supervisor, std::string name, std::string program, Fd go,
              Fd report)
      : supervisor_(supervisor),
        name_(std::move(name)),
        program_(std::move(program)),
        go_(std::move(go)),
        report_(std::move(report)) {}

  Supervisor& supervisor_;
  const std::string name_;
  const std::string program_;
  Fd go_;
  Fd report_;  // what the process says when it cannot execute; closed when it has
  int64_t pid_ = 0;
};

}  // namespace cutset::agent
