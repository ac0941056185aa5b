#include "report/analysis_html.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/analysis_html_parts.h"
#include "report/analysis_picture.h"
#include "report/analysis_words.h"
#include "report/escape.h"
#include "report/html_parts.h"

namespace cutset::report {

namespace {

constexpr size_t kMostPageRows = 40000;
constexpr size_t kMostUnused = 200;
constexpr size_t kLongestName = 160;

std::string shown(std::string_view text) {
  return escape_markup(shorten(text, kLongestName));
}

size_t combinations(const AnalysedClass& analysed) {
  return static_cast<size_t>(
      std::count_if(analysed.cuts.begin(), analysed.cuts.end(),
                    [](const AnalysedCut& cut) { return cut.ids.size() > 1; }));
}

std::string number_box(int64_t number, std::string_view one, std::string_view several) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", grouped(number),
                     number == 1 ? one : several);
}

std::string head(const Analysis& analysis) {
  std::string out = fmt::format(
      "<header>\n<h1>What the requests depended on</h1>\n<p class=\"soft\">{}: {}. "
      "Nothing "
      "was injected; this is what the traces show.</p>\n<div class=\"numbers\">\n",
      input_words(analysis), request_words(analysis));
  int64_t singles = 0;
  int64_t combined = 0;
  for (const AnalysedClass& analysed : analysis.classes) {
    singles += static_cast<int64_t>(analysed.single_points.size());
    combined += static_cast<int64_t>(combinations(analysed));
  }
  out += number_box(static_cast<int64_t>(analysis.classes.size()), "kind of request",
                    "kinds of requests");
  out +=
      number_box(analysis.model.calls, "call between services", "calls between services");
  out += number_box(singles, "single point of failure", "single points of failure");
  out += number_box(combined, "combination that breaks", "combinations that break");
  out += number_box(analysis.model.errors, "call that failed", "calls that failed");
  out += number_box(analysis.model.absorbed, "of them absorbed", "of them absorbed");
  out += number_box(analysis.model.retries, "retry", "retries");
  out += "</div>\n";
  return out + "</header>\n";
}

std::string legend() {
  return "<p class=\"legend\"><span><i class=\"single\"></i>single point of "
         "failure</span><span><i class=\"redundant\"></i>redundant</span><span><i "
         "class=\"loose\"></i>not awaited</span><span><i "
         "class=\"unstable\"></i>unstable: not in every run</span><span><i "
         "class=\"retry\">&#8635;</i>tried again</span><span>Rest on a row below a "
         "picture to see it in the picture; click to keep it.</span></p>\n";
}

std::string kinds(const Analysis& analysis) {
  if (analysis.classes.size() < 2) return "";
  std::string out =
      "<section>\n<h2>Kinds of requests</h2>\n<div class=\"filter\"><input "
      "id=\"filter\" type=\"search\" placeholder=\"filter: services, operations\" "
      "aria-label=\"filter the kinds of requests\"><span id=\"shown\" "
      "class=\"soft\"></span></div>\n<table class=\"kinds\"><thead><tr><th>kind</th><th "
      "class=\"number\">answered</th><th class=\"number\">failed</th><th "
      "class=\"number\">incomplete</th><th class=\"number\">calls</th><th "
      "class=\"number\">single points</th><th "
      "class=\"number\">combinations</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < analysis.classes.size(); ++i) {
    const AnalysedClass& analysed = analysis.classes[i];
    out += fmt::format("<tr><td><a href=\"#class-{}\">{}. {}</a></td>", i + 1, i + 1,
                       shown(analysed.name));
    for (const int64_t number : {analysed.runs, analysed.failed, analysed.incomplete,
                                 static_cast<int64_t>(analysed.calls.size()),
                                 static_cast<int64_t>(analysed.single_points.size()),
                                 static_cast<int64_t>(combinations(analysed))}) {
      out += fmt::format("<td class=\"number\">{}</td>", grouped(number));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n</section>\n";
}

std::string unused(const Analysis& analysis) {
  const std::vector<std::string> words = unused_words(analysis);
  if (words.empty()) return "";
  std::string out = "<section>\n<h2>Not used</h2>\n<ul class=\"plain\">\n";
  const size_t listed = std::min(words.size(), kMostUnused);
  for (size_t i = 0; i < listed; ++i) {
    out +=
        fmt::format("<li>{}</li>\n", escape_markup(shorten(words[i], 4 * kLongestName)));
  }
  if (listed < words.size()) {
    out += fmt::format("<li>and {} more</li>\n",
                       grouped(static_cast<int64_t>(words.size() - listed)));
  }
  return out + "</ul>\n</section>\n";
}

}  // namespace

std::string analysis_html(const Analysis& analysis) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded, whatever the traces hold.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>cutset: {}</title>\n", request_words(analysis));
  page += fmt::format("<style>\n{}{}{}</style>\n</head>\n<body>\n", html_style(),
                      analysis_css(), analysis_picture_css());
  page += head(analysis);
  page += "<main>\n";
  page += kinds(analysis);
  page += "<section>\n";
  if (!analysis.classes.empty()) page += legend();
  PageRoom room;
  room.boxes = kMostBoxes;
  room.rows = kMostPageRows;
  for (size_t i = 0; i < analysis.classes.size(); ++i)
    page += html_class(analysis.classes[i], i + 1, room);
  page += "</section>\n";
  page += unused(analysis);
  page += "</main>\n";
  page +=
      "<footer>Next: cutset analyze --schedules DIR writes a fault schedule for each "
      "row; "
      "cutset run tries such fault sets on the live system and says which of them really "
      "break it.</footer>\n";
  page += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", analysis_script());
  return page;
}

}  // namespace cutset::report
