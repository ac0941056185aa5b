#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/command.h"

namespace cutset::cli {

void add_version_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->callback([&global, &chosen] {
    chosen = [&global] {
      std::printf(
          global.json ? "{\"schema_version\": 1, \"version\": \"%s\"}\n" : "cutset %s\n",
          CUTSET_VERSION);
      return static_cast<int>(kExitHeld);
    };
  });
}

}  // namespace cutset::cli
