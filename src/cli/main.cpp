// cutset: finds the smallest fault sets that break a distributed system. This file knows
// the subcommands' names and the exit codes, nothing else.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/command.h"

namespace cutset::cli {
namespace {

constexpr const char* kExitCodes =
    "\nExit codes: 0 nothing violated within the budget; 1 violated; 2 inconclusive, "
    "flaky or vacuous, or what was asked (an agent, Jaeger) is not there;\n"
    "3 stopped early (by the user or a limit); 64 usage; 65 bad input; 70 internal "
    "error.\n"
    "Progress and errors go to stderr, results to stdout. NO_COLOR is respected.\n";

/// CLI11 says "A subcommand is required" to a misspelt one: say which was meant.
int report_usage(const CLI::App& app, const CLI::ParseError& error, int argc,
                 char** argv) {
  GlobalOptions global;  // of a line that was not understood
  global.json = std::any_of(argv, argv + argc,
                            [](std::string_view word) { return word == "--json"; });
  std::vector<std::string> names;
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word[0] == '-') continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      return fail(
          Error::usage("unknown subcommand \"" + word + "\"" + suggestion(word, names) +
                       " (one of " + join(names, ", ") + ")"),
          global);
    }
    break;
  }
  return fail(Error::usage(std::string(error.what()) + "; see cutset --help"), global);
}

int run(int argc, char** argv) {
  CLI::App app{
      "cutset watches a distributed system succeed, works out what that success depended "
      "on, and breaks exactly\n"
      "those things in the smallest combinations that must make it fail."};
  app.footer(std::string("Example: cutset run examples/bookshop/cutset.yaml\n") +
             kExitCodes);
  app.require_subcommand(1);
  app.fallthrough();
  GlobalOptions global;
  Chosen chosen;
  app.add_flag("--json", global.json, "Results as JSON on stdout, also on failure");
  app.add_option("--color", global.color, "auto, always or never")
      ->envname("CUTSET_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.set_version_flag("--version", "cutset " CUTSET_VERSION);
  for (const AddCommand add :
       {add_run_command, add_check_command, add_analyze_command, add_solve_command,
        add_verify_command, add_diff_command, add_replay_command, add_play_command,
        add_report_command, add_judge_command, add_lint_command, add_fmt_command,
        add_grade_command, add_agent_command, add_version_command}) {
    add(app, global, chosen);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error, argc, argv);
  }
  return chosen();
}

/// Whoever reads the results has left (`| head`), or there is no room for them.
int results_lost(std::error_code why) {
  if (why == std::errc::broken_pipe) return kExitStopped;
  std::fprintf(stderr, "cutset: error: the results cannot be written: %s\n",
               why.message().c_str());
  return kExitInconclusive;
}

}  // namespace
}  // namespace cutset::cli

int main(int argc, char** argv) {
  try {
    const int code = cutset::cli::run(argc, argv);
    const bool is_flushed = std::fflush(stdout) == 0;
    if (is_flushed && std::ferror(stdout) == 0) return code;
    return cutset::cli::results_lost({is_flushed ? EIO : errno, std::generic_category()});
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) return cutset::cli::results_lost(error.code());
    std::fprintf(stderr, "cutset: internal error: %s\n", error.what());
    return cutset::cli::kExitInternal;
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "cutset: internal error: %s\n", exception.what());
    return cutset::cli::kExitInternal;
  }
}
