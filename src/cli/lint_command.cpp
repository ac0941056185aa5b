#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "injector/lint.h"

namespace cutset::cli {

namespace {

int lint(const std::vector<std::string>& files, const GlobalOptions& global) {
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const std::string& file : files) {
    const injector::LintReport found = injector::lint_file(file);
    for (const Error& error : found.problems) {
      problems.push_back({{"file", error.file},
                          {"line", error.line},
                          {"column", error.column},
                          {"message", error.message}});
      std::fprintf(stderr, "%s\n", error.text().c_str());
    }
    if (!found.problems.empty() || global.json) continue;
    const std::string kind(injector::file_kind_name(found.kind));
    std::printf("%s: no problems (%s)\n", file.c_str(), kind.c_str());
  }
  if (global.json) {
    const nlohmann::ordered_json json = {{"schema_version", 1}, {"problems", problems}};
    const std::string text =
        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::printf("%s\n", text.c_str());
  }
  return problems.empty() ? kExitHeld : kExitBadInput;
}

}  // namespace

void add_lint_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand(
      "lint", "Check cutset.yaml, FDSL and finding files; run nothing");
  command->add_option("files", *files, "The files")->required();
  command->footer("Example: cutset lint cutset.yaml .cutset/findings/*.yaml");
  command->callback([files, &global, &chosen] {
    chosen = [files, &global] { return lint(*files, global); };
  });
}

}  // namespace cutset::cli
