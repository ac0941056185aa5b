#include "cli/report_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "campaign/nodes/node_campaign.h"
#include "lineage/messages/run_sketch_json.h"
#include "report/nodes_html.h"
#include "report/nodes_json.h"
#include "report/nodes_text.h"
#include "report/report_dot.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_text.h"

namespace cutset::cli {

namespace {

constexpr std::array<std::string_view, 5> kFormats{"text", "json", "junit", "html",
                                                   "dot"};

Status check_format(const std::string& format) {
  if (std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end()) return {};
  return Error::usage(
      fmt::format("unknown report \"{}\" (one of text, json, junit, html, dot)", format));
}

/// Beside the journal; a campaign that was made by an older cutset has none. What cannot
/// be read is said, and not drawn.
report::Sketches sketches_beside(const std::string& journal,
                                 const campaign::nodes::NodeSummary& summary) {
  const std::filesystem::path folder =
      std::filesystem::path(journal).parent_path() / "sketches";
  report::Sketches sketches;
  for (const std::string& run : report::runs_of_pictures(summary)) {
    const std::string file = (folder / (run + ".json")).string();
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) continue;
    const auto text = read_file(file, lineage::messages::kLargestSketchFile);
    auto sketch = text.ok() ? lineage::messages::sketch_from_json(*text, file)
                            : Result<lineage::messages::RunSketch>(text.error());
    if (sketch.ok())
      sketches.emplace(run, std::move(*sketch));
    else
      log_warning("{}", sketch.error().text());
  }
  return sketches;
}

Result<std::string> dot_of(const report::JournalView& view, const std::string& run) {
  for (const report::JournalRun& candidate : view.runs) {
    if (candidate.finished && (run.empty() || candidate.run == run)) {
      return report::report_dot(candidate.result.execution);
    }
  }
  return Error::bad_input(
      run.empty() ? "the journal has no finished run"
                  : fmt::format("the journal has no finished run \"{}\"", run));
}

}  // namespace

Result<ReportWish> parse_report_wish(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return Error::usage(
        fmt::format("--report {}: expected KIND=FILE, e.g. junit=cutset.xml", text));
  }
  ReportWish wish{text.substr(0, equals), text.substr(equals + 1)};
  CUTSET_TRY(check_format(wish.format));
  return wish;
}

Result<std::string> render_report(const report::JournalView& view,
                                  const std::string& format, const std::string& run,
                                  bool color) {
  CUTSET_TRY(check_format(format));
  if (format == "json") return report::report_json(view);
  if (format == "junit") return report::report_junit(view);
  if (format == "html") return report::report_html(view);
  if (format == "dot") return dot_of(view, run);
  report::TextOptions options;
  options.color = color;
  return report::report_text(view, options);
}

Result<std::string> render_nodes(const std::string& journal, const std::string& format,
                                 bool color) {
  CUTSET_TRY(check_format(format));
  if (format == "junit" || format == "dot") {
    return Error::usage(fmt::format(
        "a campaign on nodes has no report \"{}\" (text, json or html)", format));
  }
  CUTSET_ASSIGN(const campaign::nodes::NodeSummary summary,
                campaign::nodes::read_node_summary(journal));
  if (format == "json") return report::nodes_json(summary);
  if (format == "html") {
    return report::nodes_html(summary, sketches_beside(journal, summary));
  }
  return report::nodes_text(summary, color);
}

}  // namespace cutset::cli
