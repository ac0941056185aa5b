#include "cli/github.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/text.h"
#include "report/finding_groups.h"
#include "report/report_text.h"

namespace cutset::cli {

namespace {

/// Workflow commands end at the line's end; '%' introduces their escapes.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char byte : text) {
    if (byte == '%')
      result += "%25";
    else if (byte == '\n')
      result += "%0A";
    else if (byte == '\r')
      result += "%0D";
    else
      result += byte;
  }
  return result;
}

}  // namespace

void announce_on_github(const report::JournalView& view) {
  const char* actions = std::getenv("GITHUB_ACTIONS");
  if (actions == nullptr || std::string_view(actions) != "true") return;
  for (const report::FindingGroup& group :
       report::group_findings(view, report::FindingKind::kConfirmed)) {
    const std::string words = join(report::group_words(group), "; ");
    const std::string broken = report::broken_words(group.variants.front()->finding);
    std::fprintf(stderr, "::error title=cutset: %s::%s\n", escaped(broken).c_str(),
                 escaped(words).c_str());
  }
  if (const char* summary = std::getenv("GITHUB_STEP_SUMMARY"); summary != nullptr) {
    std::ofstream(summary, std::ios::app) << "```\n"
                                          << report::report_text(view) << "```\n";
  }
}

}  // namespace cutset::cli
