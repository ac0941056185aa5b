#include "report/protocol_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/protocol_diagram.h"
#include "report/protocol_tables_text.h"
#include "report/protocol_words.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

Style style_of(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::kHolds:
      return Style::kGreen;
    case ProtocolVerdict::kViolated:
      return Style::kRed;
    default:
      return Style::kYellow;
  }
}

class CheckText {
 public:
  CheckText(const ProtocolCheck& check, const ProtocolTextOptions& options)
      : check_(check), options_(options) {}

  std::string all() {
    title();
    verdict();
    numbers();
    if (!check_.findings.empty()) out_ += "\n";
    const size_t shown = std::min(options_.most_findings, check_.findings.size());
    for (size_t i = 0; i < shown; ++i) finding(check_.findings[i], i + 1);
    others(shown);
    statement();
    return std::move(out_);
  }

  std::string one(const ProtocolFinding& shown, size_t number) {
    finding(shown, number);
    return std::move(out_);
  }

 private:
  void paragraph(std::string_view text, std::string_view first, std::string_view next) {
    const std::string clean = clean_text(text);
    out_ += wrapped(options_.text.unicode ? clean : to_ascii(clean), options_.text.width,
                    first, next);
  }
  std::string styled_text(Style style, std::string_view text) const {
    return styled(options_.text.color, style, text);
  }

  void title() {
    const std::string text = clean_text(fmt::format(
        "{}{}  {}", check_.model.empty() ? "the model" : check_.model,
        check_.row == 0 ? "" : fmt::format(" (row {})", check_.row), check_.parameters));
    out_ += styled_text(Style::kBold, text) + "\n";
  }

  void verdict();
  void numbers();
  void finding(const ProtocolFinding& finding, size_t number);
  void story(const ProtocolFinding& finding);
  void others(size_t shown);
  void statement();

  const ProtocolCheck& check_;
  const ProtocolTextOptions& options_;
  std::string out_;
};

void CheckText::verdict() {
  const std::string word(protocol_verdict_name(check_.verdict));
  const std::string clean = clean_text(verdict_words(check_));
  const std::string lines =
      wrapped(word + ": " + (options_.text.unicode ? clean : to_ascii(clean)),
              options_.text.width, "", "  ");
  out_ += styled_text(style_of(check_.verdict), lines.substr(0, word.size())) +
          lines.substr(word.size());
  if (const std::optional<bool> expected = check_.as_expected(); expected) {
    out_ +=
        *expected
            ? fmt::format("  as the model's header expects ({})\n", check_.expect)
            : styled_text(Style::kRed, fmt::format("  but the model's header expects: {}",
                                                   check_.expect)) +
                  "\n";
  }
}

void CheckText::numbers() {
  if (check_.verdict == ProtocolVerdict::kVacuous) return;
  paragraph(numbers_words(check_), "  ", "  ");
}

void CheckText::finding(const ProtocolFinding& finding, size_t number) {
  const std::string label = fmt::format("{}. ", number);
  const std::string indent(label.size(), ' ');
  for (size_t i = 0; i < finding.words.size(); ++i)
    paragraph(finding.words[i], i == 0 ? label : indent + "and ", indent + "  ");
  std::vector<std::string> missing = finding.missing;
  constexpr size_t kMostMissing = 6;
  const size_t left_out =
      missing.size() > kMostMissing ? missing.size() - kMostMissing : 0;
  missing.resize(missing.size() - left_out);
  paragraph(fmt::format("missing at the end: {}{}", join(missing, ", "),
                        left_out == 0 ? "" : fmt::format(" and {} more", left_out)),
            indent, indent + "  ");
  if (!finding.orbit.empty()) {
    constexpr size_t kMostAlike = 3;
    const size_t shown = std::min(kMostAlike, finding.orbit.size());
    paragraph(
        fmt::format("and {} more, equal up to renaming nodes: {}{}", finding.orbit.size(),
                    join({finding.orbit.begin(),
                          finding.orbit.begin() + static_cast<ptrdiff_t>(shown)},
                         ", "),
                    shown < finding.orbit.size() ? ", ..." : ""),
        indent, indent + "  ");
  }
  if (!finding.minimal)
    paragraph("no single fault can be left out; smaller sets were not searched", indent,
              indent);
  if (!finding.explained) {
    out_ += "\n";
    return;
  }
  story(finding);
  if (options_.diagrams) {
    out_ += "\n" + protocol_diagram(check_, finding, options_.text);
  }
  if (options_.tables) out_ += "\n" + protocol_tables_text(finding, options_.text);
  out_ += "\n";
}

void CheckText::story(const ProtocolFinding& finding) {
  out_ += "\n";
  for (const ProtocolEvent& event : finding.story) {
    const bool is_end = event.kind == ProtocolEvent::Kind::kEnd;
    const std::string time = is_end ? " end" : fmt::format("{:>4}", event.time);
    const size_t begin = out_.size();
    paragraph(event.text, time + "  ", "      ");
    if (!options_.text.color) continue;
    const bool is_fault = event.kind == ProtocolEvent::Kind::kLost ||
                          event.kind == ProtocolEvent::Kind::kCrash;
    if (!is_fault && !is_end) continue;
    // Without the end of the line: a colour must not reach over it.
    const std::string lines = out_.substr(begin, out_.size() - begin - 1);
    out_.resize(begin);
    out_ += styled_text(is_end ? Style::kBold : Style::kRed, lines) + "\n";
  }
  if (finding.story_left_out > 0)
    out_ += fmt::format("      ({} more lines left out)\n", finding.story_left_out);
}

void CheckText::others(size_t shown) {
  if (shown >= check_.findings.size()) return;
  constexpr size_t kMostLines = 40;
  const size_t end = std::min(check_.findings.size(), shown + kMostLines);
  for (size_t i = shown; i < end; ++i) {
    const ProtocolFinding& each = check_.findings[i];
    paragraph(fmt::format("{}{}", each.text,
                          each.orbit.empty()
                              ? ""
                              : fmt::format(" and {} more alike", each.orbit.size())),
              fmt::format("{}. ", i + 1), "    ");
  }
  if (end < check_.findings.size())
    out_ += fmt::format("({} more; --json lists all)\n", check_.findings.size() - end);
  out_ += "\n";
}

void CheckText::statement() {
  if (check_.verdict == ProtocolVerdict::kVacuous) return;
  paragraph(completeness_words(check_), "", "");
  if (!check_.knowledge_limit.empty())
    paragraph("Learned from runs alone, because " + check_.knowledge_limit, "", "");
  if (!check_.assumptions.empty())
    paragraph("Assumed: " + join(check_.assumptions, "; ") + ".", "", "");
  if (!check_.certificate.empty()) {
    paragraph(fmt::format("Certificate: {}; check it with: {}", check_.certificate,
                          check_.verify),
              "", "");
  }
}

}  // namespace

std::string protocol_text(const ProtocolCheck& check,
                          const ProtocolTextOptions& options) {
  return CheckText(check, options).all();
}

std::string protocol_finding_text(const ProtocolCheck& check,
                                  const ProtocolFinding& finding, size_t number,
                                  const ProtocolTextOptions& options) {
  return CheckText(check, options).one(finding, number);
}

std::string protocol_table_text(const std::vector<ProtocolCheck>& checks,
                                const ProtocolTextOptions& options) {
  size_t width = 10;
  for (const ProtocolCheck& check : checks)
    width = std::max(width, count_characters(clean_text(check.parameters)));
  width = std::min<size_t>(width, 60);
  std::string out =
      fmt::format("{:>3}  {:<{}}  {:<9} {:<9} {:>5} {:>10} {:>9}\n", "row", "parameters",
                  width, "verdict", "expected", "sets", "executions", "time");
  for (const ProtocolCheck& check : checks) {
    const std::optional<bool> expected = check.as_expected();
    const std::string parameters = shorten(check.parameters, width);
    size_t sets = check.findings.size();
    for (const ProtocolFinding& finding : check.findings) sets += finding.orbit.size();
    const std::string padding(width - count_characters(parameters), ' ');
    const std::string verdict =
        fmt::format("{:<9}", protocol_verdict_name(check.verdict));
    const std::string wanted =
        fmt::format("{:<9}", check.expect.empty() ? "-"
                             : expected == false  ? check.expect + "!"
                                                  : check.expect);
    out +=
        fmt::format("{:>3}  {}{}  {} {} {:>5} {:>10} {:>9}\n",
                    check.row == 0 ? "-" : std::to_string(check.row), parameters, padding,
                    styled(options.text.color, style_of(check.verdict), verdict),
                    styled(options.text.color,
                           expected == false ? Style::kRed : Style::kPlain, wanted),
                    sets, check.executions, seconds_words(check.seconds));
  }
  return out;
}

}  // namespace cutset::report
