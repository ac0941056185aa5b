#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "course/task.h"
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "dedalus/language/load.h"
#include "injector/lint.h"

namespace cutset::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  bool strict = false;
  bool together = false;
};

/// One program or one other file.
struct Linted {
  std::string name;
  std::string kind;
  std::vector<dedalus::Problem> problems;  // in order
};

bool is_model(const std::string& file) {
  return std::filesystem::path(file).extension() == ".ded";
}

Linted lint_model(const std::vector<std::string>& files) {
  return {files.front(), "protocol model", dedalus::diagnose_program(files).problems};
}

Linted lint_other(const std::string& file) {
  injector::LintReport found;
  Linted linted{file, "task of a course", {}};
  if (course::is_task(file)) {
    found.problems = course::read_task(file).problems;
  } else {
    found = injector::lint_file(file);
    linted.kind = injector::file_kind_name(found.kind);
  }
  const auto add = [&](const std::vector<Error>& errors, dedalus::Severity severity) {
    for (const Error& error : errors) {
      dedalus::Problem problem;
      problem.severity = severity;
      problem.message = error.message;
      problem.file_name = error.file;
      problem.place = {static_cast<uint32_t>(error.line),
                       static_cast<uint32_t>(error.column)};
      if (severity == dedalus::Severity::kWarning) problem.check = "fdsl";
      linted.problems.push_back(std::move(problem));
    }
  };
  add(found.problems, dedalus::Severity::kError);
  add(found.warnings, dedalus::Severity::kWarning);
  return linted;
}

std::vector<Linted> lint_all(const Options& options) {
  std::vector<std::string> models;
  std::copy_if(options.files.begin(), options.files.end(), std::back_inserter(models),
               is_model);
  std::vector<Linted> all;
  if (options.together && !models.empty()) all.push_back(lint_model(models));
  for (const std::string& file : options.files) {
    if (!is_model(file)) {
      all.push_back(lint_other(file));
    } else if (!options.together) {
      all.push_back(lint_model({file}));
    }
  }
  return all;
}

nlohmann::ordered_json to_json(const dedalus::Problem& problem) {
  const bool warning = problem.severity == dedalus::Severity::kWarning;
  nlohmann::ordered_json json = {{"file", problem.file_name},
                                 {"line", problem.place.line},
                                 {"column", problem.place.column},
                                 {"severity", warning ? "warning" : "error"},
                                 {"message", problem.message}};
  if (warning) json["check"] = problem.check;
  return json;
}

int lint(const Options& options, const GlobalOptions& global) {
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  bool bad = false;
  for (const Linted& linted : lint_all(options)) {
    for (const dedalus::Problem& problem : linted.problems) {
      bad = bad || options.strict || problem.severity == dedalus::Severity::kError;
      problems.push_back(to_json(problem));
      std::fprintf(stderr, "%s\n", problem.text_with_source().c_str());
    }
    if (!linted.problems.empty() || global.json) continue;
    std::printf("%s: no problems (%s)\n", linted.name.c_str(), linted.kind.c_str());
  }
  if (global.json) {
    const nlohmann::ordered_json json = {{"schema_version", 1}, {"problems", problems}};
    const std::string text =
        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::printf("%s\n", text.c_str());
  }
  return bad ? kExitBadInput : kExitHeld;
}

}  // namespace

void add_lint_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "lint", "Check cutset.yaml, FDSL, finding, model and task files; run nothing");
  command->add_option("files", options->files, "The files")->required();
  command->add_flag("--strict", options->strict, "Warnings too give exit code 65");
  command->add_flag("--together", options->together,
                    "All .ded files form one program, as in cutset check");
  command->footer(
      "Example: cutset lint cutset.yaml .cutset/findings/*.yaml\n"
      "         cutset lint --strict models/2pc.ded");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return lint(*options, global); };
  });
}

}  // namespace cutset::cli
