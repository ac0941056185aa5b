#include <algorithm>

#include "course/grades_report.h"
#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/html_parts.h"
#include "report/protocol_svg.h"

namespace cutset::course {

namespace {

using report::escape_markup;

constexpr std::string_view kStyle = R"(
.grades td.number,.grades th.number{text-align:right;padding-right:18px}
.grades tbody tr:hover{background:var(--panel)}
.grades a{color:var(--usual)}
.scroll{overflow-x:auto}
.verdict-word{white-space:nowrap;font-size:13px;font-weight:600}
.verdict-word.good{color:var(--good)}.verdict-word.bad{color:var(--bad)}.verdict-word.warn{color:var(--warn)}
.verdict-word.none{color:var(--soft);font-weight:400}
details.submission{border:1px solid var(--rule);border-radius:10px;padding:8px 18px;margin:0 0 12px}
details.submission>summary{color:var(--ink);font-weight:600;display:flex;gap:12px;flex-wrap:wrap;align-items:baseline;overflow-wrap:anywhere}
details.submission>summary:before{content:"\25b8";color:var(--soft)}
details.submission[open]>summary:before{content:"\25be"}
details.submission>summary::-webkit-details-marker{display:none}
pre{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);border:1px solid var(--rule);
border-radius:8px;padding:10px 14px;overflow-x:auto;margin:6px 0 14px}
@media print{details.submission{break-inside:avoid}}
)";

/// Opens what a link leads to.
constexpr std::string_view kScript = R"('use strict';
const show = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === 'DETAILS') target.open = true;
};
addEventListener('hashchange', show);
show();
)";

std::string_view css_class(const TaskCheck& of, const CheckGrade& check) {
  if (check.verdict == CheckVerdict::kNotChecked) return "none";
  if (as_expected(check.verdict, of.expect)) return "good";
  return check.verdict == CheckVerdict::kDoesNotEnd ||
                 check.verdict == CheckVerdict::kVacuous
             ? "warn"
             : "bad";
}

std::string word(const TaskCheck& of, const CheckGrade& check) {
  const bool none = check.verdict == CheckVerdict::kNotChecked;
  return fmt::format("<span class=\"verdict-word {}\">{}</span>", css_class(of, check),
                     none ? "&ndash;" : std::string(verdict_name(check.verdict)));
}

class HtmlWriter {
 public:
  HtmlWriter(const Task& task, const Grades& grades, const GradesOptions& options)
      : task_(task), grades_(grades), options_(options) {}

  std::string write() {
    const std::string title = escape_markup(task_.title);
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        "<title>{}</title>\n<style>{}{}{}</style></head>\n<body><header><h1>{}</h1>\n",
        title, report::html_style(), report::protocol_svg_css(), kStyle, title);
    head();
    out_ += "</header>\n<main>\n";
    checks();
    table();
    out_ += "<h2>Submissions</h2>\n";
    for (size_t i = 0; i < grades_.submissions.size(); ++i) submission(i);
    out_ += fmt::format("</main>\n<script>{}</script>\n</body></html>\n", kScript);
    return std::move(out_);
  }

 private:
  bool secret(const TaskCheck& check) const {
    return check.hidden && !options_.show_hidden;
  }

  void number(size_t value, std::string_view what) {
    out_ += fmt::format("<div><b>{}</b><span>{}</span></div>\n", value, what);
  }

  void head() {
    const auto count = [&](auto predicate) {
      return static_cast<size_t>(std::count_if(grades_.submissions.begin(),
                                               grades_.submissions.end(), predicate));
    };
    const size_t left =
        count([](const SubmissionGrade& g) { return g.outcome == Outcome::kNotGraded; });
    if (grades_.stopped) {
      out_ +=
          fmt::format("<p class=\"verdict warn\">Stopped: {} of {} are not graded.</p>\n",
                      left, grades_.submissions.size());
    }
    out_ += "<div class=\"numbers\">\n";
    number(grades_.submissions.size(), "submissions");
    number(static_cast<size_t>(task_.points()), "points");
    number(count([&](const SubmissionGrade& g) { return g.points() == task_.points(); }),
           "with all points");
    number(count([](const SubmissionGrade& g) {
             return g.outcome != Outcome::kChecked && g.outcome != Outcome::kNotGraded;
           }),
           "could not be checked in full");
    out_ += "</div>\n";
  }

  void checks() {
    out_ +=
        "<h2>Checks</h2>\n<div class=\"scroll\"><table><thead><tr><th>#</th><th>check"
        "</th><th>parameters</th><th>expected</th><th>points</th></tr></thead><tbody>\n";
    for (size_t i = 0; i < task_.checks.size(); ++i) {
      const TaskCheck& check = task_.checks[i];
      out_ += fmt::format(
          "<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td><td "
          "class=\"number\">{}</td></tr>\n",
          i + 1, escape_markup(check.name),
          secret(check)
              ? "<span class=\"soft\">hidden</span>"
              : "<code>" + escape_markup(dedalus::to_text(check.parameters)) + "</code>",
          secret(check) ? "" : std::string(dedalus::expectation_name(check.expect)),
          check.points);
    }
    out_ += "</tbody></table></div>\n";
  }

  void table() {
    out_ +=
        "<h2>Grades</h2>\n<div class=\"scroll\"><table class=\"grades\"><thead><tr><th>"
        "submission</th><th class=\"number\">points</th><th>result</th>";
    for (size_t i = 0; i < task_.checks.size(); ++i) {
      out_ += fmt::format("<th title=\"{}\">{}</th>", escape_markup(task_.checks[i].name),
                          i + 1);
    }
    out_ += "</tr></thead><tbody>\n";
    for (size_t i = 0; i < grades_.submissions.size(); ++i) {
      const SubmissionGrade& grade = grades_.submissions[i];
      out_ += fmt::format(
          "<tr><td><a href=\"#submission-{}\">{}</a></td><td class=\"number\">{}</td>"
          "<td>{}</td>",
          i + 1, escape_markup(grade.name), points(grade), outcome_name(grade.outcome));
      for (size_t c = 0; c < grade.checks.size(); ++c) {
        out_ += "<td>" + word(task_.checks[c], grade.checks[c]) + "</td>";
      }
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  static std::string points(const SubmissionGrade& grade) {
    return grade.outcome == Outcome::kNotGraded ? "&ndash;"
                                                : std::to_string(grade.points());
  }

  void submission(size_t index) {
    const SubmissionGrade& grade = grades_.submissions[index];
    out_ += fmt::format(
        "<details class=\"submission\" id=\"submission-{}\"><summary><span>{}</span>"
        "<span class=\"soft\">{} of {} points, {}</span></summary>\n",
        index + 1, escape_markup(grade.name), points(grade), task_.points(),
        outcome_name(grade.outcome));
    const bool open = std::any_of(grade.checks.begin(), grade.checks.end(),
                                  [](const CheckGrade& check) {
                                    return check.verdict != CheckVerdict::kNotChecked;
                                  });
    if (!grade.message.empty() && (!open || grade.outcome == Outcome::kFailed ||
                                   grade.outcome == Outcome::kVacuous)) {
      out_ += fmt::format("<p class=\"statement\">{}</p>\n",
                          escape_markup(grade.place_and_message()));
    }
    for (size_t i = 0; open && i < grade.checks.size(); ++i) {
      check(task_.checks[i], grade.checks[i]);
    }
    out_ += "</details>\n";
  }

  void check(const TaskCheck& of, const CheckGrade& check) {
    out_ += fmt::format("<h4>{}: {} <span class=\"soft\">{} of {} points</span></h4>\n",
                        escape_markup(of.name), word(of, check), check.points, of.points);
    if (secret(of)) return;
    if (!check.why.empty()) {
      out_ += fmt::format("<p>{}</p>\n", escape_markup(check.why));
    }
    if (!check.counterexample) return;
    const Counterexample& example = *check.counterexample;
    out_ += "<ul>\n";
    for (const std::string& fault : example.faults) {
      out_ += "<li>" + escape_markup(fault) + "</li>\n";
    }
    out_ += "</ul>\n";
    if (!example.missing.empty()) {
      out_ += fmt::format("<p>Then <code>{}</code> is missing at the end.</p>\n",
                          escape_markup(join(example.missing, ", ")));
    }
    // The diagram is markup of our own making, with foreign text escaped in it.
    if (!example.diagram.empty()) {
      out_ += "<div class=\"diagram\">" + example.diagram + "</div>\n";
    }
    if (!example.story.empty()) {
      out_ += "<pre>" + escape_markup(example.story, true) + "</pre>\n";
    }
  }

  const Task& task_;
  const Grades& grades_;
  const GradesOptions& options_;
  std::string out_;
};

}  // namespace

std::string grades_html(const Task& task, const Grades& grades,
                        const GradesOptions& options) {
  return HtmlWriter(task, grades, options).write();
}

}  // namespace cutset::course
