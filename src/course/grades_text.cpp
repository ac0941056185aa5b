#include <algorithm>

#include "course/grades_report.h"
#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::course {

namespace {

using report::clean_text;
using report::Style;

constexpr size_t kWidestName = 40;

std::string padded(const std::string& text, size_t width, bool right = false) {
  const size_t have = report::count_characters(text);
  const std::string blanks(width > have ? width - have : 0, ' ');
  return right ? blanks + text : text + blanks;
}

Style style_of(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::kHolds:
      return Style::kGreen;
    case CheckVerdict::kViolated:
      return Style::kRed;
    case CheckVerdict::kNotChecked:
      return Style::kDim;
    default:
      return Style::kYellow;
  }
}

class TextWriter {
 public:
  TextWriter(const Task& task, const GradesOptions& options)
      : task_(task), options_(options) {}

  std::string write(const Grades& grades) {
    head(grades);
    table(grades);
    for (const SubmissionGrade& grade : grades.submissions) details(grade);
    return std::move(out_);
  }

 private:
  std::string styled(Style style, std::string_view text) const {
    return report::styled(options_.color, style, text);
  }

  void head(const Grades& grades) {
    const size_t count = grades.submissions.size();
    out_ += styled(Style::kBold, clean_text(task_.title)) +
            fmt::format(": {} submission{}, {} points\n\n", count, count == 1 ? "" : "s",
                        task_.points());
    for (size_t i = 0; i < task_.checks.size(); ++i) {
      const TaskCheck& check = task_.checks[i];
      const bool secret = check.hidden && !options_.show_hidden;
      out_ += fmt::format(
          "  {:>2}  {} ({} point{}){}\n", i + 1, clean_text(check.name), check.points,
          check.points == 1 ? "" : "s",
          secret ? ", hidden"
                 : ": " + dedalus::to_text(check.parameters) + expectation(check));
    }
    if (grades.stopped) {
      const auto done = std::count_if(
          grades.submissions.begin(), grades.submissions.end(),
          [](const SubmissionGrade& g) { return g.outcome != Outcome::kNotGraded; });
      out_ += styled(Style::kYellow,
                     fmt::format("\nStopped: {} of {} are graded.\n", done, count));
    }
  }

  static std::string expectation(const TaskCheck& check) {
    if (check.expect == dedalus::Expectation::kHolds) return "";
    return fmt::format(", expected: {}", dedalus::expectation_name(check.expect));
  }

  void table(const Grades& grades) {
    size_t widest = 10;
    for (const SubmissionGrade& grade : grades.submissions) {
      widest = std::max(widest, report::count_characters(name_of(grade)));
    }
    out_ += "\n" + padded("submission", widest) + "  points  result              ";
    for (size_t i = 0; i < task_.checks.size(); ++i) {
      out_ += padded(fmt::format("{}", i + 1), 14);
    }
    strip_and_end();
    for (const SubmissionGrade& grade : grades.submissions) {
      out_ += padded(name_of(grade), widest) + "  ";
      out_ += padded(
          grade.outcome == Outcome::kNotGraded ? "-" : fmt::format("{}", grade.points()),
          6, true);
      out_ += "  " + padded(std::string(outcome_name(grade.outcome)), 20);
      for (const CheckGrade& check : grade.checks) {
        const bool dash = check.verdict == CheckVerdict::kNotChecked;
        out_ += styled(style_of(check.verdict),
                       padded(dash ? "-" : std::string(verdict_name(check.verdict)), 14));
      }
      strip_and_end();
    }
  }

  void strip_and_end() {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    out_ += '\n';
  }

  static std::string name_of(const SubmissionGrade& grade) {
    return report::shorten(grade.name, kWidestName);
  }

  void details(const SubmissionGrade& grade) {
    if (grade.outcome == Outcome::kNotGraded || grade.points() == task_.points()) return;
    out_ += "\n" + styled(Style::kBold, clean_text(grade.name)) +
            fmt::format(": {} of {} points\n", grade.points(), task_.points());
    const bool refused = std::all_of(grade.checks.begin(), grade.checks.end(),
                                     [](const CheckGrade& check) {
                                       return check.verdict == CheckVerdict::kNotChecked;
                                     });
    if (refused) {
      paragraph(fmt::format("{}: {}", outcome_name(grade.outcome),
                            clean_text(grade.place_and_message())));
      return;
    }
    if (grade.outcome == Outcome::kFailed) paragraph(clean_text(grade.message));
    for (size_t i = 0; i < grade.checks.size(); ++i) this->check(grade, i);
  }

  void check(const SubmissionGrade& grade, size_t index) {
    const TaskCheck& of = task_.checks[index];
    const CheckGrade& check = grade.checks[index];
    if (as_expected(check.verdict, of.expect)) return;
    const bool secret = of.hidden && !options_.show_hidden;
    out_ += fmt::format("  {}: {}, {} of {} points\n", clean_text(of.name),
                        styled(style_of(check.verdict), verdict_name(check.verdict)),
                        check.points, of.points);
    if (secret) return;
    if (!check.why.empty()) paragraph(clean_text(check.why), "    ");
    if (!check.counterexample) return;
    for (const std::string& line :
         split(clean_text(check.counterexample->text, true), "\n")) {
      out_ += line.empty() ? "" : "    " + line + "\n";
    }
  }

  void paragraph(const std::string& text, std::string_view indent = "  ") {
    out_ += report::wrapped(text, options_.width, indent, indent);
  }

  const Task& task_;
  const GradesOptions& options_;
  std::string out_;
};

}  // namespace

std::string grades_text(const Task& task, const Grades& grades,
                        const GradesOptions& options) {
  return TextWriter(task, options).write(grades);
}

}  // namespace cutset::course
