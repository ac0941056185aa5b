#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/report_files.h"
#include "report/journal_reader.h"

namespace cutset::cli {

namespace {

struct ReportOptions {
  std::string journal = ".cutset/journal.jsonl";
  std::string format = "text";
  std::string output;
  std::string run;
};

int report(const ReportOptions& options, const GlobalOptions& global) {
  std::string path = options.journal;
  if (std::filesystem::is_directory(path)) path += "/journal.jsonl";
  const Result<report::JournalView> view = report::read_journal(path);
  if (!view.ok()) return fail(view.error(), global);
  const std::string format = global.json ? "json" : options.format;
  const bool to_terminal = options.output.empty();
  const Result<std::string> content = render_report(
      *view, format, options.run, to_terminal && global.color_on(STDOUT_FILENO));
  if (!content.ok()) return fail(content.error(), global);
  if (to_terminal) {
    std::fwrite(content->data(), 1, content->size(), stdout);
    return kExitHeld;
  }
  if (const Status written = write_file(options.output, *content); !written.ok()) {
    return fail(written.error(), global);
  }
  return kExitHeld;
}

}  // namespace

void add_report_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "Show a campaign's journal as text, JSON, JUnit XML, HTML or DOT");
  command->add_option("journal", options->journal, "The journal, or the folder it is in")
      ->capture_default_str();
  command->add_option("--format", options->format, "text, json, junit, html or dot")
      ->check(CLI::IsMember({"text", "json", "junit", "html", "dot"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->output,
                      "Write to this file instead of stdout");
  command->add_option("--run", options->run, "dot: the run to draw (default: the first)");
  command->footer("Example: cutset report .cutset --format html -o report.html");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return report(*options, global); };
  });
}

}  // namespace cutset::cli
