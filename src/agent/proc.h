// What the kernel says about processes (/proc), and signals that reach only the process
// that was meant.
//
// A pid alone is no identity: it is used again. A process is its pid together with its
// start time (field 22 of /proc/PID/stat, clock ticks since boot); across boots and pid
// namespaces that is compared with `world()`.
//
// Thread rule: free functions without state; safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace cutset::agent {

struct ProcessId {
  pid_t pid = 0;
  uint64_t start = 0;
  auto operator<=>(const ProcessId&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct ProcessInfo {
  ProcessId id;
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  bool dead() const { return state == 'Z' || state == 'X'; }
};

/// Parses the content of /proc/PID/stat. The name in it is the process's own choice and
/// may hold anything.
std::optional<ProcessInfo> parse_stat(std::string_view text);
/// Nothing if there is no such process.
std::optional<ProcessInfo> read_process(pid_t pid);
/// Every process that can be seen, by ascending pid.
std::vector<ProcessInfo> all_processes();
/// Living processes below `root` (which is left out), without `except` and what is below
/// it.
std::vector<ProcessInfo> descendants(pid_t root, pid_t except);

/// True if the process exists with this start time and is not a zombie.
bool alive(const ProcessId& id);
/// Whether the environment the process was started with holds exactly the entry `entry`
/// ("NAME=value"), or, with `prefix`, one that begins with it. False if it cannot be
/// read.
bool environment_holds(pid_t pid, std::string_view entry, bool prefix);
/// Identifies the boot and the pid namespace in which pids and start times mean
/// something.
std::string world();

/// Now, in the unit and from the origin of ProcessId::start.
uint64_t ticks_since_boot();

/// Sends a signal to that process and to no other, even if the pid is used again
/// meanwhile. Gone already: fine.
Status signal_process(const ProcessId& id, int signal);

}  // namespace cutset::agent
