#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "campaign/nodes/node_campaign.h"
#include "cli/command.h"
#include "cli/play_files.h"
#include "cli/report_files.h"
#include "report/journal_reader.h"
#include "report/play_view.h"

namespace cutset::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> paths;
  std::string format = "text";
  std::string output;
  std::string html;
  std::string run;
};

Result<std::string> render(const ReportOptions& options, const std::string& format,
                           bool color) {
  size_t plays = 0;
  for (const std::string& path : options.paths) {
    if (report::is_play_folder(path)) ++plays;
  }
  if (plays > 0 && plays == options.paths.size()) {
    return render_plays(options.paths, format, color);
  }
  if (options.paths.size() > 1) {
    return Error::usage(
        "several reports beside each other: expected folders of `cutset play`; a "
        "campaign's journal is shown by itself");
  }
  std::string path =
      options.paths.empty() ? ".cutset/journal.jsonl" : options.paths.front();
  if (std::filesystem::is_directory(path)) path += "/journal.jsonl";
  if (campaign::nodes::is_node_journal(path)) return render_nodes(path, format, color);
  CUTSET_ASSIGN(const report::JournalView view, report::read_journal(path));
  return render_report(view, format, options.run, color);
}

int report(const ReportOptions& options, const GlobalOptions& global) {
  const bool html = !options.html.empty();
  const std::string output = html ? options.html : options.output;
  const std::string format = html ? "html" : global.json ? "json" : options.format;
  const Result<std::string> content =
      render(options, format, output.empty() && global.color_on(STDOUT_FILENO));
  if (!content.ok()) return fail(content.error(), global);
  if (output.empty()) {
    std::fwrite(content->data(), 1, content->size(), stdout);
    return kExitHeld;
  }
  if (const Status written = write_file(output, *content); !written.ok()) {
    return fail(written.error(), global);
  }
  return kExitHeld;
}

}  // namespace

void add_report_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "Show a campaign's journal, or schedules that were played");
  command->add_option("paths", options->paths,
                      "The journal (default: .cutset/journal.jsonl), or the folder it is "
                      "in; folders of `cutset play`, several beside each other");
  command
      ->add_option("--format", options->format,
                   "text, json, html; of a journal also junit and dot")
      ->check(CLI::IsMember({"text", "json", "junit", "html", "dot"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->output,
                      "Write to this file instead of stdout");
  command->add_option("--html", options->html, "The same as --format html --output FILE");
  command->add_option("--run", options->run, "dot: the run to draw (default: the first)");
  command->footer(
      "Example: cutset report .cutset --html report.html\n"
      "         cutset report .cutset/plays/good .cutset/plays/bad --html both.html");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return report(*options, global); };
  });
}

}  // namespace cutset::cli
