// Starts one process of the system under test in a process session of its own.
//
// The child first tells nobody anything: it dies with its parent (PR_SET_PDEATHSIG), and
// waits until the parent has written its pid and start time down. Only then it becomes
// the command. So there is no moment at which something runs that the intent log does not
// know.
//
// It enters its cgroups before that, so that none of its processes is ever outside.
//
// The command gets: stdin from /dev/null; stdout and stderr appended to its log file;
// default signals, an empty mask; no descriptor but these three; the agent's environment
// plus what is asked for.
//
// Requires: the calling process has one thread (it forks and goes on in C++).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/proc.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

struct ServiceSpec {
  std::string name;
  std::vector<std::string>
      arguments;  // [0] is looked up in the PATH of the new environment
  std::vector<std::string> environment;  // NAME=value, added to our own; later ones win
  std::string folder;                    // empty: the current one
  std::string log_path;
  std::vector<std::string> groups;  // folders of cgroups that it enters
  /// Of one that is held (held_process.h): the ends of the worker's pipes at which it
  /// waits for a byte, and says why it cannot execute. -1: it is not held.
  int go = -1;
  int report = -1;
  mode_t umask = 022;  // of who started the agent; ours is closed for the state folder
};

/// Returns when the command has been executed; of one that is held, when it waits.
/// `record` writes the intent log. Error: it failed, or the command cannot be executed
/// (says which step and why).
Result<ProcessId> start_process(const ServiceSpec& spec,
                                const std::function<Status(const ProcessId&)>& record);

/// Of one that was held: waits until it has been executed. What takes long is left to who
/// looks for its effect. Error: why it cannot be executed.
Status await_execution(const std::string& name, const std::string& program,
                       const Fd& report);

}  // namespace cutset::agent
