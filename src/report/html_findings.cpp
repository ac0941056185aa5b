// The findings of the HTML report: what broke and how, with the two space-time diagrams.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/html_parts.h"
#include "report/spacetime_layout.h"
#include "report/spacetime_svg.h"
#include "report/words.h"

namespace cutset::report {

namespace {

// A page with hundreds of diagrams opens slowly and is read by nobody.
constexpr size_t kMostDiagrams = 60;

std::string fact(std::string_view name, const std::string& markup) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, markup);
}

std::string command(const std::string& text) {
  const std::string escaped = escape_markup(text);
  return fmt::format(
      "<span class=\"command\"><code>{}</code><button type=\"button\" "
      "data-copy=\"{}\">copy</button></span>",
      escaped, escaped);
}

std::string title(const FindingGroup& group, size_t number) {
  std::string out = fmt::format("<h3>{}. ", number);
  const campaign::FaultSet& faults = group.faults;
  for (size_t i = 0; i < faults.size(); ++i) {
    if (i > 0) out += " <span class=\"and\">and</span> ";
    out += escape_markup(fault_words(faults[i]));
  }
  return out + "</h3>\n";
}

std::string broken(const campaign::Finding& finding) {
  std::string out;
  for (const campaign::OutcomeResult& outcome : finding.outcomes) {
    const bool late = outcome.state == campaign::OutcomeResult::State::kDidNotRecover;
    const std::string difference = difference_words(outcome);
    out += fmt::format("<div><b>{}</b> {}{}{}</div>", escape_markup(outcome.name),
                       late ? "does not recover" : "is violated",
                       difference.empty() ? "" : ": ", escape_markup(difference));
  }
  return out.empty() ? escape_markup(broken_words(finding)) : out;
}

std::string cut_set(const FindingGroup& group) {
  std::string out;
  for (size_t i = 0; i < group.faults.size(); ++i) {
    out += fmt::format("<div><code>{}</code>", escape_markup(group.faults[i].event));
    if (!group.modes_combine || group.modes[i].size() == 1) {
      out += fmt::format(" <code class=\"mode-name\">{}</code>",
                         escape_markup(modes_words(group.modes[i])));
    }
    out += "</div>";
  }
  for (const std::string& line : group_modes_words(group)) {
    out += fmt::format("<div><code class=\"mode-name\">{}</code></div>",
                       escape_markup(line));
  }
  if (!group.modes_combine) {
    out +=
        "<div class=\"soft\">not in every combination: only in those of the variants "
        "below</div>";
  }
  return out;
}

std::string variants(const FindingGroup& group) {
  std::string out;
  for (const JournalFinding* variant : group.variants) {
    const campaign::Finding& finding = variant->finding;
    out += "<div>";
    if (kind_of(finding) == FindingKind::kConfirmed) out += command(variant->replay);
    out += fmt::format(
        " <span class=\"soft\">{}reproduced {} of {}, experiment {}</span></div>",
        group.variants.size() > 1 ? escape_markup(variant_words(group, *variant)) + ", "
                                  : "",
        finding.reproduced, finding.repetitions, finding.experiment);
    if (!finding.shown_by.empty()) {
      out += fmt::format("<div class=\"soft\">{}</div>",
                         escape_markup(shown_by_words(finding)));
    }
  }
  return out;
}

std::string cuts_table(const campaign::Finding& finding, const Summary& summary) {
  const auto cuts = supports_cut(finding, summary.supports);
  if (cuts.empty()) return "";
  std::string out =
      "<details open><summary>Supports that it "
      "cuts</summary>\n<table><thead><tr><th>run</th><th>what carries the "
      "outcome</th><th>calls</th><th>cut at</th></tr></thead><tbody>\n";
  for (const CutSupport& cut : cuts) {
    const bool plain = cut.support->condition.empty();
    out += fmt::format(
        "<tr><td class=\"number\">{}</td><td>{}</td><td "
        "class=\"number\">{}</td><td>{}</td></tr>\n",
        escape_markup(cut.support->run),
        plain ? "the way without faults"
              : "the way around:" + html_faults(cut.support->condition),
        cut.support->events.size(), html_faults(cut.cut_by));
  }
  return out + "</tbody></table></details>\n";
}

std::string subsets_table(const campaign::Finding& finding) {
  if (finding.subsets.empty()) return "";
  std::string out =
      "<details><summary>Why nothing of it can be left "
      "out</summary>\n<table><thead><tr><th>with only</th><th>the "
      "outcomes held</th></tr></thead><tbody>\n";
  for (const campaign::ShownSubset& subset : finding.subsets) {
    out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", html_faults(subset.faults),
                       escape_markup(subset.shown_by));
  }
  return out + "</tbody></table></details>\n";
}

std::string calls_table(const Diagram& diagram) {
  std::string out =
      "<details><summary>All "
      "calls</summary>\n<table><thead><tr><th>#</th><th>caller</th><th>callee</"
      "th><th>call</th>"
      "<th>this run</th><th>good run</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < diagram.calls.size(); ++i) {
    const DiagramCall& call = diagram.calls[i];
    const lineage::Call& seen = *call.call;
    const bool missing = call.role == CallRole::kMissing;
    std::string here = missing           ? "not called"
                       : seen.unfinished ? "unfinished"
                                         : answer_words(seen.seen);
    if (seen.fault && !missing) here += ", injected " + seen.fault->text();
    out += fmt::format(
        "<tr{}><td class=\"number\">{}</td><td>{}</td><td>{}</td><td "
        "title=\"{}\"><code>{}</code></td>"
        "<td>{}</td><td>{}</td></tr>\n",
        missing      ? " class=\"gone\""
        : seen.fault ? " class=\"hit\""
                     : "",
        i + 1, escape_markup(caller_of(seen.id)),
        escape_markup(seen.id.points.back().callee), escape_markup(seen.id.text()),
        escape_markup(operation_words(seen.id.text())), escape_markup(here),
        call.good == nullptr ? "not called"
                             : escape_markup(answer_words(call.good->seen)));
  }
  return out + "</tbody></table></details>\n";
}

std::string left_out(const Diagram& diagram) {
  if (diagram.left_out == 0) return "";
  return fmt::format("<p class=\"soft\">{} more calls are not drawn.</p>\n",
                     diagram.left_out);
}

/// What broke above what held, in one frame, so that they move together.
std::string diagrams(const JournalView& view, const campaign::Finding& finding) {
  const JournalRun* bad = view.find_run(finding.run);
  if (bad == nullptr)
    return "<p class=\"soft\">The journal has no record of the run.</p>\n";
  const JournalRun* good = view.find_run(finding.good_run);
  const lineage::Execution* good_execution =
      good != nullptr ? &good->result.execution : nullptr;
  const Diagram shown = lay_out(bad->result.execution, good_execution, finding.faults);
  const SvgOptions shown_options{"calls of the run that broke the outcome", false};
  const std::string what_happened = escape_markup(
      fmt::format("What happened (run {}{})", finding.run,
                  finding.shown_by.empty() ? "" : ", under " + finding.shown_by));
  if (good_execution == nullptr) {
    return fmt::format("<div class=\"diagram\">\n<h4>{}</h4>\n{}</div>\n", what_happened,
                       spacetime_svg(shown, shown_options)) +
           left_out(shown) + calls_table(shown);
  }
  const Diagram wanted = lay_out(*good_execution, nullptr, finding.faults);
  const SpacetimePair pair = spacetime_pair(shown, shown_options, wanted,
                                            {"calls of the run without faults", true});
  return fmt::format(
             "<div class=\"diagram\">\n<h4>{}</h4>\n{}<h4>{}</h4>\n{}</div>\n",
             what_happened, pair.bad,
             escape_markup(fmt::format("What success depended on (run {}, no fault)",
                                       finding.good_run)),
             pair.good) +
         left_out(shown) + calls_table(shown);
}

std::string article(const JournalView& view, const Summary& summary,
                    const FindingGroup& group, size_t number, std::string_view kind,
                    bool with_diagrams) {
  const campaign::Finding& first = group.variants.front()->finding;
  std::string out = fmt::format("<article class=\"{}\">\n", kind);
  out += title(group, number);
  out += "<dl class=\"facts\">\n" + fact("breaks", broken(first)) +
         fact("minimal cut", cut_set(group)) + fact("seen", variants(group)) + "</dl>\n";
  out += cuts_table(first, summary);
  out += subsets_table(first);
  if (with_diagrams) {
    out += diagrams(view, first);
  } else {
    out += fmt::format("<p class=\"soft\">Only the first {} findings are drawn.</p>\n",
                       kMostDiagrams);
  }
  return out + "</article>\n";
}

std::string section(const JournalView& view, const Summary& summary,
                    const std::vector<FindingGroup>& groups, std::string_view heading,
                    std::string_view kind) {
  if (groups.empty()) return "";
  std::string out = fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n", kind, heading);
  for (size_t i = 0; i < groups.size(); ++i) {
    out += article(view, summary, groups[i], i + 1, kind, i < kMostDiagrams);
  }
  return out + "</section>\n";
}

}  // namespace

std::string html_findings(const JournalView& view, const Summary& summary) {
  return section(view, summary, summary.confirmed, "Findings", "confirmed") +
         section(view, summary, summary.flaky,
                 "Flaky: broken in some runs and not in others", "flaky") +
         section(view, summary, summary.accepted,
                 "Accepted: declared single points of failure", "accepted");
}

}  // namespace cutset::report
