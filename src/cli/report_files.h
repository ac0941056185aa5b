// The reports by name, for `cutset report` and `cutset run --report KIND=FILE`.
// Thread rule: pure function.
#pragma once

#include <string>

#include "base/result.h"
#include "report/journal_reader.h"

namespace cutset::cli {

/// What `--report KIND=FILE` asks for.
struct ReportWish {
  std::string format;
  std::string file;
};

/// Error: kUsage.
Result<ReportWish> parse_report_wish(const std::string& text);

/// format: text, json, junit, html, dot. `run`: dot only; "": the first run.
Result<std::string> render_report(const report::JournalView& view,
                                  const std::string& format, const std::string& run,
                                  bool color);

/// Of a campaign on nodes. format: text, json, html.
Result<std::string> render_nodes(const std::string& journal, const std::string& format,
                                 bool color);

}  // namespace cutset::cli
