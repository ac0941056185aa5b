// One instance of this host as something that can be acted on, whether the keeper runs it
// as processes (process_body.h) or an engine as a container (container_body.h). Faults
// act on bodies only, so each is one file for both.
//
// Thread rule: all functions may be called from any thread. Every call looks at how
// things are now. Unless stated, a call returns within about a second.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/faults/record.h"
#include "agent/proc.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

inline constexpr size_t kOutputLimit = 64 * 1024;

/// How a command ended.
struct RunOutcome {
  int exit_code = 0;   // 128 + signal
  std::string output;  // stdout and stderr, at most kOutputLimit bytes
  bool cut = false;    // there was more
};

/// A command that runs as the instance sees the machine. Its destructor ends it.
class Command {
 public:
  virtual ~Command() = default;
  virtual std::string describe() const = 0;  // "pid 4711"
  /// Called once. Error: it cannot be executed.
  virtual Status begin() = 0;
  /// Requires: it has begun. Nothing: it still runs after `patience`.
  virtual std::optional<RunOutcome> wait(std::chrono::milliseconds patience) = 0;
};

class Body {
 public:
  virtual ~Body() = default;

  /// "pid 4711", "container 12ab34cd56ef". Error: it does not run.
  virtual Result<std::string> describe() = 0;
  virtual bool runs() = 0;
  virtual Result<ProcessId> leader() = 0;
  virtual Result<std::vector<ProcessInfo>> processes() = 0;

  /// Returns what describe() would. Error: it runs already, or cannot be started. A task
  /// of a Swarm may run already, as its service has begun it, and may take ten seconds.
  virtual Result<std::string> start() = 0;
  /// Does of start() what nobody sees yet, if it does not run; start() goes on from
  /// there.
  virtual Status prepare_start() { return {}; }
  /// What prepare_start() made, and start() has not used, is ended.
  virtual void forget_start() {}
  /// To the first process.
  virtual Status signal(int number) = 0;
  /// SIGTERM (a container's stop signal); does not wait.
  virtual Status terminate() = 0;
  /// SIGKILL to all processes; does not wait.
  virtual Status kill() = 0;
  /// False: something of it still runs after `patience`.
  virtual bool await_end(std::chrono::milliseconds patience) = 0;

  /// Error: cannot be paused here, and what would help.
  virtual Status can_pause() = 0;
  virtual Result<std::vector<UndoRecord>> pause_records() = 0;
  virtual Status pause() = 0;
  virtual Status resume() = 0;
  virtual Result<bool> paused() = 0;

  /// Folders of the cgroups whose limits hold for the instance, to press on it from
  /// inside.
  virtual Result<std::vector<std::string>> groups() = 0;
  /// "/" as it sees it. Error: it has none that can be seen now (a container that does
  /// not run).
  virtual Result<Fd> root() = 0;
  /// Where on this host a folder of the instance is, also when it does not run: processes
  /// see the files of the host. Error: it is not there, or not on a disk that outlives a
  /// container.
  virtual Result<std::string> folder_on_host(const std::string& path) { return path; }
  /// A command that waits to be begun.
  virtual Result<std::unique_ptr<Command>> prepare_command(
      const std::vector<std::string>& arguments) = 0;
};

}  // namespace cutset::agent
