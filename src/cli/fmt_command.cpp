#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "dedalus/language/format.h"
#include "injector/fdsl/format.h"

namespace cutset::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  bool check = false;
  bool to_stdout = false;
  bool portable = false;
  bool drop_comments = false;
};

struct Outcome {
  std::string text;             // if there are no problems
  std::vector<Error> problems;  // in the order of the file
};

Outcome format_model(const std::string& text, const std::string& file,
                     const Options& /*options*/) {
  const dedalus::Formatted formatted = dedalus::format(text, file);
  Outcome outcome{formatted.text, {}};
  for (const dedalus::Problem& problem : formatted.problems) {
    outcome.problems.push_back(problem.error());
  }
  return outcome;
}

/// A schedule or a finding. Its comments cannot be kept, so a file that would lose some
/// is not touched.
Outcome format_schedule(const std::string& text, const std::string& file,
                        const Options& options) {
  namespace fdsl = injector::fdsl;
  fdsl::Formatted formatted = fdsl::format_schedule(
      text, file, options.portable ? fdsl::Output::kPortable : fdsl::Output::kNative);
  for (Error& warning : formatted.warnings) {
    warning.message = "warning: " + warning.message;
    std::fprintf(stderr, "%s\n", warning.text().c_str());
  }
  const bool loses = formatted.problems.empty() && formatted.comment_line != 0 &&
                     !options.to_stdout && !options.drop_comments;
  if (loses) {
    formatted.problems.push_back(Error::bad_input(
        "the comment would be lost, for the YAML reader keeps none; use --stdout to see "
        "the result, --drop-comments to go on without comments",
        file, formatted.comment_line, 1));
  }
  return {std::move(formatted.text), std::move(formatted.problems)};
}

/// What can be formatted: a line for each language.
struct Language {
  std::string_view extension;
  Outcome (*format)(const std::string& text, const std::string& file,
                    const Options& options);
};
constexpr std::array kLanguages = {
    Language{".ded", format_model},
    Language{".yml", format_schedule},
    Language{".yaml", format_schedule},
};

/// What became of one file.
struct Report {
  std::string file;
  bool changed = false;
  std::string text;
  std::vector<Error> problems;
};

Report format_file(const std::string& file, const Options& options) {
  Report report;
  report.file = file;
  const std::string extension = std::filesystem::path(file).extension().string();
  const Language* language = nullptr;
  std::vector<std::string> known;
  for (const Language& candidate : kLanguages) {
    known.emplace_back(candidate.extension);
    if (candidate.extension == extension) language = &candidate;
  }
  if (language == nullptr) {
    report.problems = {Error::bad_input(
        "cutset fmt knows files that end with " + join(known, ", "), file)};
    return report;
  }
  const auto text = read_file(file);
  if (!text.ok()) {
    report.problems = {text.error()};
    return report;
  }
  Outcome outcome = language->format(*text, file, options);
  report.problems = std::move(outcome.problems);
  report.text = std::move(outcome.text);
  report.changed = report.problems.empty() && report.text != *text;
  return report;
}

/// Replaces the file that `path` leads to; its permissions stay.
Status write_back(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code failure;
  const fs::path target = fs::canonical(path, failure);
  if (failure) return Error::unavailable(path + ": " + failure.message());
  const fs::perms permissions = fs::status(target, failure).permissions();
  CUTSET_TRY(write_file(target.string(), text));
  if (!failure) fs::permissions(target, permissions, failure);
  return {};
}

void print_json(const std::vector<Report>& reports, int exit_code) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const Report& report : reports) {
    if (report.problems.empty()) {
      files.push_back({{"file", report.file}, {"changed", report.changed}});
    }
    for (const Error& error : report.problems) {
      problems.push_back({{"file", error.file.empty() ? report.file : error.file},
                          {"line", error.line},
                          {"column", error.column},
                          {"message", error.message}});
    }
  }
  const nlohmann::ordered_json json = {{"schema_version", 1},
                                       {"exit_code", exit_code},
                                       {"files", files},
                                       {"problems", problems}};
  const std::string text =
      json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

int fmt(const Options& options, const GlobalOptions& global) {
  std::vector<Report> reports;
  int code = kExitHeld;
  for (const std::string& file : options.files) {
    Report report = format_file(file, options);
    if (report.changed && !options.check && !options.to_stdout) {
      const Status written = write_back(file, report.text);
      if (!written.ok()) report.problems = {written.error()};
    }
    for (const Error& error : report.problems) {
      std::fprintf(stderr, "%s\n", error.text().c_str());
    }
    if (!report.problems.empty()) {
      code = kExitBadInput;
    } else if (report.changed && options.check && code == kExitHeld) {
      code = kExitViolated;
    }
    if (!global.json && report.problems.empty()) {
      if (options.to_stdout) {
        std::fwrite(report.text.data(), 1, report.text.size(), stdout);
      } else if (report.changed) {
        std::printf("%s: %s\n", file.c_str(),
                    options.check ? "not formatted; run cutset fmt" : "formatted");
      }
    }
    reports.push_back(std::move(report));
  }
  if (global.json) print_json(reports, code);
  return code;
}

}  // namespace

void add_fmt_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "fmt", "Bring protocol models and schedules into their one form, in place");
  command->add_option("files", options->files, "The files")->required();
  auto* check = command->add_flag("--check", options->check,
                                  "Change nothing; exit code 1 if a file would change");
  command
      ->add_flag("--stdout", options->to_stdout,
                 "Write the result to stdout, not to the file")
      ->excludes(check);
  command->add_flag("--drop-comments", options->drop_comments,
                    "Format schedules although their comments cannot be kept");
  command
      ->add_flag("--portable", options->portable,
                 "Schedules as FDSL 1 that FaultSee accepts; with --stdout")
      ->needs("--stdout");
  command->footer(
      "Example: cutset fmt --check models/*.ded\n"
      "         cutset fmt --stdout --portable schedule.yml");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return fmt(*options, global); };
  });
}

}  // namespace cutset::cli
