// Runs a command to its end, with a deadline and a bound on what it may print. Everything
// the command started in its process group is ended with it. For long-running services of
// the system under test see src/agent: those have a keeper.
//
// Thread rule: every call is independent; safe from several threads.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cutset {

struct CommandSpec {
  std::vector<std::string> arguments;  // [0] is looked up in PATH
  std::string folder;                  // empty: the current one
  std::vector<std::pair<std::string, std::string>> environment;  // added to our own
  std::chrono::milliseconds deadline{10000};
  size_t output_limit = 1 << 20;  // bytes kept of stdout and of stderr each
  int stop_fd = -1;               // when it becomes readable the command is ended at once
};

struct CommandOutcome {
  int exit_code = -1;      // 128 + signal number if a signal ended it
  bool timed_out = false;  // ended by the deadline
  bool stopped = false;    // ended because of stop_fd
  std::string output;
  std::string error_output;
  std::chrono::nanoseconds took{0};
};

/// Error: the program cannot be started (not found, no permission).
Result<CommandOutcome> run_command(const CommandSpec& spec);

}  // namespace cutset
