#include "report/report_html.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/html_parts.h"
#include "report/spacetime_svg.h"
#include "report/summary.h"

namespace cutset::report {

std::string report_html(const JournalView& view) {
  const Summary summary = summarize(view);
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded, whatever the journal holds.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>{}: {}</title>\n", escape_markup(view.header.name),
                      escape_markup(summary.verdict));
  page += fmt::format("<style>\n{}{}</style>\n</head>\n<body>\n", html_style(),
                      spacetime_css());
  page += html_head(view, summary);
  page += "<main>\n";
  page += html_findings(view, summary);
  page += html_wrong_predictions(view);
  page += html_supports(summary);
  page += html_history(view, summary);
  page += html_assumptions(view, summary);
  page += "</main>\n";
  page += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", html_script());
  return page;
}

}  // namespace cutset::report
