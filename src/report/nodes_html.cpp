#include "report/nodes_html.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "campaign/nodes/node_mechanism.h"
#include "report/escape.h"
#include "report/html_parts.h"
#include "report/nodes_pictures.h"
#include "report/nodes_text.h"
#include "report/sketch_svg.h"

namespace cutset::report {

namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)

constexpr size_t kMostShown = 200;  // variants of one mechanism

std::string_view css() {
  return R"(table.ladder{width:auto;border-collapse:separate;border-spacing:3px}
table.ladder th,table.ladder td{border:0;padding:3px 8px}
table.ladder th.rung{text-align:center;min-width:54px}
table.ladder td.rung{text-align:center;white-space:nowrap;border-radius:5px;border:1.5px solid transparent;font-variant-numeric:tabular-nums}
td.rung.held,.key .held{background:var(--good-paper);color:var(--good)}
td.rung.reacted,.key .reacted{background:var(--calm-paper);color:var(--usual)}
td.rung.broken,.key .broken{background:var(--bad);color:var(--paper);font-weight:700}
td.rung.unknown,.key .unknown{background:var(--panel);color:var(--missing)}
table.ladder td.rung.concluded{opacity:.55;border-style:dashed;border-color:currentColor}
td.rung.concluded.broken{background:var(--bad-paper);color:var(--bad)}
.key{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:13px;color:var(--soft);margin:6px 0 12px}
.key i{font-style:normal;display:inline-block;min-width:26px;text-align:center;border-radius:5px;padding:0 6px;margin-right:6px}
.key .concluded{border:1.5px dashed var(--soft)}
:root{--good-paper:#e6f4ea;--calm-paper:#e3edf7}
@media (prefers-color-scheme:dark){:root{--good-paper:#12301b;--calm-paper:#16283a}}
ul.deaths{margin:4px 0;padding-left:20px}
ol.steps{margin:4px 0 10px;padding-left:22px}
ol.steps li{font-weight:600}
ol.steps .soft{font-weight:400}
td.number{text-align:right;padding-right:16px}
)";
}

std::string box(size_t value, std::string_view label) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", value, label);
}

std::string steps_html(const NodeSchedule& schedule) {
  std::string out = "<ol class=\"steps\">\n";
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    const NodeStep& step = schedule.steps[i];
    std::vector<std::string> faults;
    for (const NodeFault& fault : step.faults)
      faults.push_back(escape_markup(fault.text()));
    const std::string_view when = i == 0 ? "once writes are acknowledged"
                                  : step.relation == Relation::kDuring
                                      ? "during it, once one more write is acknowledged"
                                      : "after it, once one more write is acknowledged";
    out += fmt::format("<li>{} <span class=\"soft\">{}</span></li>\n",
                       join(faults, " <span class=\"and\">and</span> "), when);
  }
  return out + "</ol>\n";
}

std::string list(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string out = fmt::format("<dt>{}</dt><dd>", title);
  for (const std::string& line : lines) out += "<div>" + line + "</div>";
  return out + "</dd>\n";
}

std::vector<std::string> shown_lines(const std::vector<ShownToHold>& shown) {
  std::vector<std::string> lines;
  for (const ShownToHold& each : shown)
    lines.push_back(fmt::format("{} <span class=\"soft\">run {}</span>",
                                escape_markup(each.schedule.text()),
                                escape_markup(each.run)));
  return lines;
}

std::string group_html(const NodeSummary& summary, const MechanismGroup& group,
                       size_t number, const Sketches& sketches) {
  std::string out = fmt::format("<article class=\"{}\" id=\"m{}\">\n<h3>{}. {}</h3>\n",
                                group.flaky ? "flaky" : "confirmed", number, number,
                                escape_markup(group.words));
  out += steps_html(group.main.schedule);
  out += "<dl class=\"facts\">\n";
  out += fmt::format("<dt>{}</dt><dd>{} of {} runs; experiment {}, run {}</dd>\n",
                     group.flaky ? "flaky" : "reproduced", group.main.reproduced,
                     group.main.repetitions, group.main.experiment,
                     escape_markup(group.main.run));
  out += fmt::format("<dt>found</dt><dd>{}</dd>\n", escape_markup(group.main.found));
  if (!group.lost.empty()) {
    std::vector<std::string> deaths;
    for (const CopyDeath& death : group.lost.front().copies)
      deaths.push_back(escape_markup(death_words(death)));
    out += list("write <code>" + escape_markup(group.lost.front().token) + "</code>",
                deaths);
  }
  std::vector<std::string> reactions;
  for (const Reaction& reaction : group.reactions) {
    if (reaction.kind == Reaction::Kind::kReconnected) continue;
    reactions.push_back(
        escape_markup(reaction.kind == Reaction::Kind::kRoleMoved
                          ? fmt::format("the role of {} moved to {}",
                                        reaction.from.text(), reaction.to.text())
                          : fmt::format("{} was copied again from {}", reaction.to.text(),
                                        reaction.from.text())));
  }
  out += list("the system", reactions);
  out += list("holds", shown_lines(group.parts));
  out += list("weaker, holds", shown_lines(group.weaker));
  std::vector<std::string> variants;
  for (size_t i = 0; i < std::min(kMostShown, group.variants.size()); ++i) {
    const Variant& variant = group.variants[i];
    variants.push_back(fmt::format("{} <span class=\"soft\">{} of {}, run {}</span>",
                                   escape_markup(variant.schedule.text()),
                                   variant.reproduced, variant.repetitions,
                                   escape_markup(variant.run)));
  }
  if (group.variants.size() > kMostShown)
    variants.push_back(fmt::format("{} more", group.variants.size() - kMostShown));
  out += list("so do", variants);
  return out + "</dl>\n" + nodes_picture(summary, group, sketches) + "</article>\n";
}

std::string rung_html(const NodeSummary& summary, const RungResult& rung,
                      size_t columns = 1) {
  const std::string mark = rung_mark(summary, rung);
  const std::string_view kind = mark == "."   ? "held"
                                : mark == "~" ? "reacted"
                                : mark == "?" ? "unknown"
                                              : "broken";
  std::string title = kind == "unknown" ? "not known"
                      : rung.tried      ? fmt::format("experiment {}", rung.experiment)
                                        : "concluded from its neighbours";
  if (!rung.group.empty()) title += ": " + rung.group;
  if (!rung.signature.empty()) title += "; " + rung.signature;
  return fmt::format("<td{} class=\"rung {}{}\" title=\"{}\">{}</td>",
                     columns == 1 ? "" : fmt::format(" colspan=\"{}\"", columns), kind,
                     rung.tried || kind == "unknown" ? "" : " concluded",
                     escape_markup(title),
                     mark == "."   ? "held"
                     : mark == "~" ? "held*"
                                   : mark);
}

std::string ladder_rows(const NodeSummary& summary, bool of_findings) {
  std::string out;
  for (const LadderResult& ladder : summary.ladders) {
    const bool of_finding = ladder.words.find(", in: ") != std::string::npos;
    if (of_finding != of_findings) continue;
    out += fmt::format("<tr><td>{}</td>", escape_markup(ladder.words));
    if (ladder.rungs.size() < summary.model.ladder.size()) {  // for good
      out += rung_html(summary, ladder.rungs.front(), summary.model.ladder.size());
    } else {
      for (const RungResult& rung : ladder.rungs) out += rung_html(summary, rung);
    }
    const std::string range = range_words(ladder);
    out += fmt::format("<td class=\"soft\">{}{}</td></tr>\n", escape_markup(range),
                       ladder.as.empty()
                           ? ""
                           : fmt::format("{}as <i>{}</i>", range.empty() ? "" : "; ",
                                         escape_markup(ladder.as)));
  }
  return out;
}

std::string ladders_html(const NodeSummary& summary) {
  if (summary.ladders.empty()) return "";
  std::string out =
      "<section id=\"ladders\">\n<h2>How long a fault lasts decides</h2>\n"
      "<p class=\"key\"><span><i class=\"broken\">1</i>breaks, by mechanism</span>"
      "<span><i class=\"held\">held</i>nothing happens</span>"
      "<span><i class=\"reacted\">held*</i>held, the system reacted</span>"
      "<span><i class=\"concluded\">&nbsp;</i>concluded from its neighbours</span>"
      "<span><i class=\"unknown\">?</i>not tried</span></p>\n"
      "<div class=\"diagram\"><table class=\"ladder\">\n<thead><tr><th>element</th>";
  for (const Milliseconds rung : summary.model.ladder)
    out += fmt::format("<th class=\"rung\">{}</th>", duration_text(rung));
  out += "<th></th></tr></thead>\n<tbody>\n" + ladder_rows(summary, false);
  const std::string findings = ladder_rows(summary, true);
  if (!findings.empty()) {
    out += fmt::format(
        "<tr><th colspan=\"{}\">each fault of a finding of several, the others as they "
        "are</th></tr>\n",
        summary.model.ladder.size() + 2);
    out += findings;
  }
  return out + "</tbody></table></div>\n</section>\n";
}

std::string history_html(const NodeSummary& summary) {
  std::string out = fmt::format(
      "<section><h2>The {} schedules that were tried</h2>\n"
      "<details><summary>show them</summary>\n<table>\n"
      "<thead><tr><th>#</th><th>schedule</th><th>why</th><th>result</th>"
      "<th>what the system did</th></tr></thead>\n<tbody>\n",
      summary.tried.size());
  std::vector<const TriedSchedule*> order;
  for (const TriedSchedule& tried : summary.tried) order.push_back(&tried);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->experiment < b->experiment;
  });
  for (const TriedSchedule* tried : order) {
    out += fmt::format(
        "<tr{}><td class=\"number\">{}</td><td>{}</td><td>{}</td><td><span class=\"state "
        "{}\">{}</span></td><td>{}</td></tr>\n",
        tried->group.empty() ? "" : " class=\"hit\"", tried->experiment,
        escape_markup(tried->schedule.text()), escape_markup(tried->purpose),
        escape_markup(tried->state.substr(0, tried->state.find(' '))),
        escape_markup(tried->state), escape_markup(tried->signature));
  }
  return out + "</tbody></table></details></section>\n";
}

std::string claim_html(const NodeSummary& summary) {
  std::string out = "<section><h2>What is claimed</h2>\n<div class=\"statement\"><p>" +
                    escape_markup(summary.statement) + "</p>\n";
  if (!summary.assumptions.empty()) out += "<p>It is assumed that</p>\n<ul>\n";
  for (const std::string& each : summary.assumptions)
    out += "<li>" + escape_markup(each) + "</li>\n";
  if (!summary.assumptions.empty()) out += "</ul>\n";
  for (const std::string& each : summary.notes)
    out += "<p>Note: " + escape_markup(each) + "</p>\n";
  return out + "</div></section>\n";
}

}  // namespace

std::string nodes_html(const NodeSummary& summary, const Sketches& sketches) {
  const std::string headline = nodes_headline(summary);
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded or run, whatever the journal holds.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>{}: {}</title>\n", escape_markup(summary.name),
                      escape_markup(headline));
  page += fmt::format("<style>\n{}{}{}</style>\n</head>\n<body>\n", html_style(), css(),
                      sketch_css());
  const int code = summary.exit_code(false);
  page += fmt::format(
      "<header>\n<h1>{}</h1>\n<p class=\"verdict {}\">{}</p>\n<div class=\"numbers\">\n",
      escape_markup(summary.name),
      code == 0   ? "good"
      : code == 1 ? "bad"
                  : "warn",
      escape_markup(headline));
  page += box(static_cast<size_t>(summary.experiments), "schedules tried");
  page += box(summary.schedules_in_model, summary.schedules_at_least
                                              ? "schedules in the model, at least"
                                              : "schedules in the model");
  page += box(static_cast<size_t>(summary.runs), "runs");
  if (summary.inconclusive > 0)
    page += box(static_cast<size_t>(summary.inconclusive), "inconclusive");
  page += "</div>\n</header>\n<main>\n";
  if (!summary.groups.empty()) page += "<section>\n<h2>How writes are lost</h2>\n";
  for (size_t i = 0; i < summary.groups.size(); ++i)
    page += group_html(summary, summary.groups[i], i + 1, sketches);
  if (!summary.groups.empty()) page += "</section>\n";
  page += ladders_html(summary) + claim_html(summary) + history_html(summary);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace cutset::report
