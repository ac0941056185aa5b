// A subcommand of cutset: one file each, registered in main.cpp. Results go to stdout,
// progress and errors to stderr.
//
// Thread rule: one thread; run() is called once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace cutset::cli {

/// DESIGN, "What a user sees".
enum ExitCode {
  kExitHeld = 0,
  kExitViolated = 1,
  kExitInconclusive = 2,
  kExitStopped = 3,
  kExitUsage = 64,
  kExitBadInput = 65,
  kExitInternal = 70,
};

int exit_code_of(const Error& error);

/// What every subcommand takes.
struct GlobalOptions {
  bool json = false;
  std::string color = "auto";  // auto, always, never

  /// auto: a terminal, no NO_COLOR, TERM is not dumb.
  bool color_on(int file) const;
};

/// Adds its subcommand to `app`; when that is chosen, sets `chosen` to what runs it.
using Chosen = std::function<int()>;
using AddCommand = void (*)(CLI::App& app, GlobalOptions& global, Chosen& chosen);

void add_run_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_replay_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_analyze_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_diff_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_check_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_solve_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_verify_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_report_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_play_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_judge_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_lint_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_fmt_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_grade_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_agent_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);
void add_version_command(CLI::App& app, GlobalOptions& global, Chosen& chosen);

/// Reports `error` on stderr (and as JSON on stdout with --json) and returns its exit
/// code.
int fail(const Error& error, const GlobalOptions& global);

}  // namespace cutset::cli
