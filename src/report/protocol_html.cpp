#include "report/protocol_html.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/html_parts.h"
#include "report/protocol_html_parts.h"
#include "report/protocol_svg.h"
#include "report/protocol_words.h"

namespace cutset::report {

namespace {

constexpr size_t kMostFindings = 40;  // of one check, in full or not

std::string_view verdict_class(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::kHolds:
      return "good";
    case ProtocolVerdict::kViolated:
      return "bad";
    default:
      return "warn";
  }
}

std::string verdict_line(const ProtocolCheck& check) {
  return fmt::format("{}: {}", protocol_verdict_name(check.verdict),
                     verdict_words(check));
}

std::string box(const std::string& value, std::string_view label) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", escape_markup(value),
                     label);
}

std::string boxes(const ProtocolCheck& check) {
  std::string out = "<div class=\"numbers\">\n";
  out += box(count_words(static_cast<double>(check.executions)), "executions");
  if (check.executions_to_first)
    out += box(std::to_string(*check.executions_to_first), "to the first counterexample");
  out += box(count_words(check.fault_sets), "fault sets in the specification");
  out += box(std::to_string(check.wrong_predictions), "wrong predictions");
  out += box(seconds_words(check.seconds), "time");
  return out + "</div>\n";
}

std::string story(const ProtocolFinding& finding) {
  std::string out = "<h4>What happens</h4>\n<dl class=\"story\">\n";
  for (const ProtocolEvent& event : finding.story) {
    std::string_view css_class;
    switch (event.kind) {
      case ProtocolEvent::Kind::kCrash:
      case ProtocolEvent::Kind::kLost:
        css_class = "fault";
        break;
      case ProtocolEvent::Kind::kExtra:
        css_class = "extra";
        break;
      case ProtocolEvent::Kind::kEnd:
        css_class = "end";
        break;
      default:
        break;
    }
    out += fmt::format(
        "<dt>{}</dt><dd class=\"{}\">{}</dd>\n",
        event.kind == ProtocolEvent::Kind::kEnd ? "end" : std::to_string(event.time),
        css_class, escape_markup(event.text));
  }
  out += "</dl>\n";
  if (finding.story_left_out > 0) {
    out += fmt::format("<p class=\"soft\">{} more lines were left out.</p>\n",
                       finding.story_left_out);
  }
  return out;
}

std::string alike(const ProtocolFinding& finding) {
  if (finding.orbit.empty()) return "";
  std::string out = fmt::format(
      "<details><summary>and {} more, equal up to renaming nodes</summary>\n<ul>\n",
      finding.orbit.size());
  for (const std::string& each : finding.orbit)
    out += "<li>" + escape_markup(each) + "</li>\n";
  return out + "</ul></details>\n";
}

std::string finding_html(const ProtocolCheck& check, const ProtocolFinding& finding,
                         size_t number, const std::string& id) {
  std::string out = fmt::format("<article class=\"confirmed\" id=\"{}\">\n", id);
  std::vector<std::string> words;
  for (const std::string& each : finding.words) words.push_back(escape_markup(each));
  out += fmt::format("<h3>{}. {}</h3>\n", number,
                     join(words, " <span class=\"and\">and</span> "));
  std::vector<std::string> missing;
  for (const std::string& each : finding.missing)
    missing.push_back("<code>" + escape_markup(each) + "</code>");
  out += fmt::format("<p>Missing at the end: {}</p>\n", join(missing, ", "));
  out += alike(finding);
  if (!finding.explained) return out + "</article>\n";
  out += story(finding);
  out += "<h4>Space and time</h4>\n<div class=\"diagram\">\n" +
         protocol_svg(check, finding, "space-time diagram of " + finding.text) +
         "</div>\n";
  out += "<h4>Derivations</h4>\n";
  for (size_t i = 0; i < finding.outcomes.size(); ++i)
    out += protocol_html_proofs(finding.outcomes[i], fmt::format("{}-o{}", id, i));
  if (finding.outcomes.size() < finding.missing.size()) {
    out += fmt::format(
        "<p class=\"soft\">Derivations are shown of {} of the {} outcomes that are "
        "missing.</p>\n",
        finding.outcomes.size(), finding.missing.size());
  }
  const std::string tables = protocol_html_tables(finding);
  if (!tables.empty()) {
    out += "<details class=\"part\"><summary>Every relation at each time</summary>\n" +
           tables + "</details>\n";
  }
  return out + "</article>\n";
}

std::string history(const ProtocolCheck& check) {
  if (check.history.empty()) return "";
  std::string out = fmt::format(
      "<details class=\"part\"><summary>The {} executions</summary>\n<table>\n"
      "<thead><tr><th>#</th><th>fault set</th><th>result</th></tr></thead>\n<tbody>\n",
      count_words(static_cast<double>(check.history.size() + check.history_left_out)));
  for (size_t i = 0; i < check.history.size(); ++i) {
    const ProtocolExperiment& each = check.history[i];
    out += fmt::format(
        "<tr{}><td class=\"number\">{}</td><td>{}{}</td><td><span class=\"state "
        "{}\">{}</span></td></tr>\n",
        each.violated ? " class=\"hit\"" : "", i + 1, escape_markup(each.faults),
        each.is_subset ? " <span class=\"soft\">to show that a set is minimal</span>"
                       : "",
        each.violated ? "violated" : "held", each.violated ? "violated" : "held");
  }
  out += "</tbody></table>\n";
  if (check.history_left_out > 0) {
    out += fmt::format("<p class=\"soft\">{} more were left out.</p>\n",
                       check.history_left_out);
  }
  return out + "</details>\n";
}

std::string statement(const ProtocolCheck& check) {
  std::string out = fmt::format("<div class=\"statement\"><p>{}</p>\n",
                                escape_markup(completeness_words(check)));
  if (!check.knowledge_limit.empty()) {
    out += fmt::format("<p>Learned from runs alone, because {}</p>\n",
                       escape_markup(check.knowledge_limit));
  }
  if (!check.assumptions.empty()) {
    out += fmt::format("<p>Assumed: {}.</p>\n",
                       escape_markup(join(check.assumptions, "; ")));
  }
  if (!check.certificate.empty()) {
    out += fmt::format(
        "<p>Certificate: <code>{}</code>; check it with <code>{}</code></p>\n",
        escape_markup(check.certificate), escape_markup(check.verify));
  }
  return out + "</div>\n";
}

std::string check_html(const ProtocolCheck& check, size_t number) {
  const std::string id = fmt::format("c{}", number);
  std::string out = fmt::format("<section id=\"{}\">\n<h2>{}<code>{}</code></h2>\n", id,
                                check.row == 0 ? "" : fmt::format("Row {}: ", check.row),
                                escape_markup(check.parameters));
  out += fmt::format("<p class=\"verdict {}\">{}</p>\n", verdict_class(check.verdict),
                     escape_markup(verdict_line(check)));
  if (const std::optional<bool> expected = check.as_expected(); expected) {
    out += fmt::format("<p class=\"{}\">The model's header expects: {}</p>\n",
                       *expected ? "soft" : "verdict bad", escape_markup(check.expect));
  }
  if (check.verdict == ProtocolVerdict::kVacuous) return out + "</section>\n";
  out += boxes(check);
  const size_t shown = std::min(kMostFindings, check.findings.size());
  for (size_t i = 0; i < shown; ++i) {
    out +=
        finding_html(check, check.findings[i], i + 1, fmt::format("{}-f{}", id, i + 1));
  }
  if (shown < check.findings.size()) {
    out +=
        fmt::format("<p>{} more minimal fault sets; cutset check --json lists all.</p>\n",
                    check.findings.size() - shown);
  }
  out += statement(check);
  out += history(check);
  return out + "</section>\n";
}

std::string overview(const std::vector<ProtocolCheck>& checks) {
  if (checks.size() < 2) return "";
  std::string out =
      "<table>\n<thead><tr><th>row</th><th>parameters</th><th>verdict</th>"
      "<th>expected</th><th>minimal sets</th><th>executions</th><th>time</th></tr>"
      "</thead>\n<tbody>\n";
  for (size_t i = 0; i < checks.size(); ++i) {
    const ProtocolCheck& check = checks[i];
    size_t sets = check.findings.size();
    for (const ProtocolFinding& finding : check.findings) sets += finding.orbit.size();
    out += fmt::format(
        "<tr><td class=\"number\">{}</td><td><a href=\"#c{}\"><code>{}</code></a></td>"
        "<td><span class=\"verdict {}\" style=\"font-size:inherit\">{}</span></td>"
        "<td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        check.row == 0 ? "" : std::to_string(check.row), i + 1,
        escape_markup(check.parameters), verdict_class(check.verdict),
        protocol_verdict_name(check.verdict),
        check.expect.empty() ? "" : escape_markup(check.expect), sets, check.executions,
        seconds_words(check.seconds));
  }
  return out + "</tbody></table>\n";
}

}  // namespace

std::string protocol_html(const std::vector<ProtocolCheck>& checks) {
  const std::string model =
      checks.empty() || checks[0].model.empty() ? "model" : checks[0].model;
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded or run, whatever the model holds.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>cutset check {}</title>\n", escape_markup(model));
  page += fmt::format("<style>\n{}{}{}</style>\n</head>\n<body>\n", html_style(),
                      protocol_svg_css(), protocol_html_css());
  page += fmt::format("<header>\n<h1>{}</h1>\n<p class=\"soft\">cutset check</p>\n",
                      escape_markup(model));
  page += overview(checks) + "</header>\n<main>\n";
  for (size_t i = 0; i < checks.size(); ++i) page += check_html(checks[i], i + 1);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace cutset::report
