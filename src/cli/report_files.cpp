#include "cli/report_files.h"

#include <fmt/format.h>

#include "report/report_dot.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_text.h"

namespace cutset::cli {

namespace {

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

Result<std::string> render_report(const report::JournalView& view,
                                  const std::string& format, const std::string& run,
                                  bool color) {
  if (format == "json") return report::report_json(view);
  if (format == "junit") return report::report_junit(view);
  if (format == "html") return report::report_html(view);
  if (format == "dot") return dot_of(view, run);
  if (format != "text") {
    return Error::usage(fmt::format(
        "unknown report \"{}\" (one of text, json, junit, html, dot)", format));
  }
  report::TextOptions options;
  options.color = color;
  return report::report_text(view, options);
}

}  // namespace cutset::cli
