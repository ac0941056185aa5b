// `cutset agent ...` is cutset-agent ...: the agent is a program of its own, because it
// may run as root.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.h"

namespace cutset::cli {

namespace {

/// Beside our own executable, else by PATH.
std::string agent_binary() {
  if (const char* given = std::getenv("CUTSET_AGENT"); given != nullptr) return given;
  std::error_code ignored;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto beside = own.parent_path() / "cutset-agent";
  return std::filesystem::exists(beside, ignored) ? beside.string() : "cutset-agent";
}

int become_agent(std::vector<std::string> arguments, const GlobalOptions& global) {
  const std::string binary = agent_binary();
  arguments.insert(arguments.begin(), binary);
  if (global.json) arguments.emplace_back("--json");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execvp(binary.c_str(), pointers.data());
  return fail(Error::unavailable(
                  fmt::format("cannot start {}: {}", binary, std::strerror(errno))),
              global);
}

}  // namespace

void add_agent_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "agent", "Run cutset-agent: serve, status, undo-all (see cutset-agent --help)");
  command->prefix_command();
  command->callback([command, &global, &chosen] {
    const std::vector<std::string> rest = command->remaining();
    chosen = [rest, &global] { return become_agent(rest, global); };
  });
}

}  // namespace cutset::cli
