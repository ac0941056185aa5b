// Head, tables and closing part of the HTML report.
#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/html_parts.h"
#include "report/words.h"

namespace cutset::report {

namespace {

std::string number_box(const std::string& value, std::string_view label) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", escape_markup(value),
                     label);
}

std::string_view verdict_class(const Summary& summary) {
  if (!summary.confirmed.empty()) return "bad";
  const bool open =
      summary.count(ExperimentState::kInconclusive) > 0 || !summary.flaky.empty();
  return summary.exhausted && !open ? "good" : "warn";
}

std::string list(const std::vector<std::string>& items) {
  std::string out = "<ul>\n";
  for (const std::string& item : items) out += "<li>" + escape_markup(item) + "</li>\n";
  return out + "</ul>\n";
}

std::string not_fired(const JournalRun& run) {
  std::string out;
  for (const campaign::FaultReport& report : run.result.faults) {
    if (report.fired) continue;
    out += fmt::format("<div class=\"soft\">{} did not fire{}</div>",
                       escape_markup(report.fault.mode.text()),
                       report.error.empty() ? "" : ": " + escape_markup(report.error));
  }
  return out;
}

std::string outcomes_cell(const JournalRun& run) {
  std::string out;
  for (const campaign::OutcomeResult& outcome : run.result.outcomes) {
    if (outcome.state == campaign::OutcomeResult::State::kHeld) continue;
    const std::string found = outcome.found.empty() ? "" : ": found " + outcome.found;
    out +=
        fmt::format("<div>{}{}</div>", escape_markup(outcome.name), escape_markup(found));
  }
  return out;
}

}  // namespace

std::string html_head(const JournalView& view, const Summary& summary) {
  std::string out = "<header>\n";
  out += fmt::format("<h1>{}</h1>\n", escape_markup(view.header.name));
  out +=
      fmt::format("<p class=\"soft\">cutset {}, started {}, budget {}, seed {}</p>\n",
                  escape_markup(view.header.cutset), escape_markup(view.header.started),
                  counted(view.header.budget, "fault"), view.header.seed);
  out += fmt::format("<p class=\"verdict {}\">{}</p>\n", verdict_class(summary),
                     escape_markup(summary.verdict));
  out += "<div class=\"numbers\">\n";
  const auto experiments =
      view.end ? view.end->experiments : static_cast<int64_t>(view.experiments.size());
  out += number_box(fmt::format("{}", experiments), "experiments");
  if (view.end) {
    const JournalEnd& end = *view.end;
    if (end.exhaustive > 0) {
      out += number_box(
          fmt::format("{}{}", end.exhaustive_is_lower_bound ? "≥ " : "", end.exhaustive),
          "by exhaustive search");
    }
    out += number_box(fmt::format("{}", end.runs), "runs with repetitions");
    out += number_box(fmt::format("{}", end.calls), "calls seen");
    out += number_box(fmt::format("{}", end.candidates), "calls that can be faulted");
    out += number_box(duration_words(end.elapsed_ns), "in all");
    out += number_box(duration_words(end.overhead_ns), "overhead an experiment");
  }
  out += "</div>\n";
  out += fmt::format("<p class=\"statement\">{}</p>\n", escape_markup(summary.statement));
  if (view.cut_off) {
    out +=
        "<p class=\"soft\">The last line of the journal is incomplete and is left "
        "out.</p>\n";
  }
  return out + "</header>\n";
}

std::string html_wrong_predictions(const JournalView& view) {
  if (view.wrong_predictions.empty()) return "";
  std::string out =
      "<section>\n<h2>Wrong predictions</h2>\n<p class=\"soft\">These handlers did not "
      "behave as a function of their "
      "callees' answers: state, time or chance decides "
      "too.</p>\n<table><thead><tr><th>experiment</th><th>handler</th>"
      "<th>after</th><th>expected</th><th>found</th><th>remedy</th></tr></"
      "thead><tbody>\n";
  for (const JournalWrongPrediction& wrong : view.wrong_predictions) {
    out += fmt::format(
        "<tr><td "
        "class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</"
        "td></tr>\n",
        wrong.experiment, escape_markup(wrong.handler),
        escape_markup(join(wrong.after, ", ")), escape_markup(wrong.expected),
        escape_markup(wrong.found), escape_markup(wrong.remedy));
  }
  return out + "</tbody></table>\n</section>\n";
}

std::string html_supports(const Summary& summary) {
  if (summary.supports.empty()) return "";
  std::string out = fmt::format(
      "<section>\n<h2>Supports</h2>\n<details><summary>{} observed: the outcomes hold "
      "under every fault set that "
      "takes none of the calls of one and contains its "
      "condition</summary>\n<table><thead><tr><th>run</th>"
      "<th>condition</th><th>calls</th><th>seen</th></tr></thead><tbody>\n",
      counted(static_cast<int64_t>(summary.supports.size()), "support"));
  for (const Support& support : summary.supports) {
    out += fmt::format(
        "<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td><td "
        "class=\"number\">{}</td></tr>\n",
        escape_markup(support.run), html_faults(support.condition), support.events.size(),
        counted(support.shown, "time"));
  }
  return out + "</tbody></table></details>\n</section>\n";
}

std::string html_history(const JournalView& view, const Summary& summary) {
  std::string out =
      "<section>\n<h2>Search history</h2>\n<div class=\"filter\"><input id=\"filter\" "
      "type=\"search\" "
      "placeholder=\"filter: words, e.g. violated payment\" aria-label=\"filter the "
      "experiments\">"
      "<span id=\"shown\" class=\"soft\"></span></div>\n<table "
      "id=\"history\"><thead><tr><th>#</th><th>fault set</th>"
      "<th>verdict</th><th>not held</th><th>why "
      "tried</th><th>took</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < view.experiments.size(); ++i) {
    const JournalExperiment& experiment = view.experiments[i];
    const JournalRun& run = view.runs[experiment.runs.front()];
    out += fmt::format(
        "<tr><td class=\"number\">{}</td><td>{}{}</td><td>{}</td><td>{}</td><td "
        "class=\"soft\">{}: {}{}</td>"
        "<td class=\"number\">{}</td></tr>\n",
        experiment.number, html_faults(run.planned), not_fired(run),
        html_state(summary.states[i]), outcomes_cell(run), escape_markup(run.purpose),
        escape_markup(run.reason),
        experiment.runs.size() > 1 ? fmt::format(" ({} runs)", experiment.runs.size())
                                   : "",
        run.finished ? duration_words(run.result.timing.total_ns) : "");
  }
  return out + "</tbody></table>\n</section>\n";
}

std::string html_assumptions(const JournalView& view, const Summary& summary) {
  std::string out = "<section>\n<h2>What this rests on</h2>\n";
  if (view.end && !view.end->assumptions.empty()) out += list(view.end->assumptions);
  if (view.end && !view.end->unstable.empty()) {
    out += "<h4>Not in every fault-free run, so never faulted</h4>\n" +
           list(view.end->unstable);
  }
  std::vector<std::string> unproxied;
  for (const lineage::UnproxiedCall& call : summary.unproxied) {
    unproxied.push_back(
        fmt::format("{} calls {} ({})", call.caller, call.callee, call.operation));
  }
  if (!unproxied.empty())
    out += "<h4>Not through a proxy, so never faulted</h4>\n" + list(unproxied);
  if (!view.notes.empty()) {
    out += fmt::format("<details><summary>{}</summary>\n{}</details>\n",
                       counted(static_cast<int64_t>(view.notes.size()), "note"),
                       list(view.notes));
  }
  return out + "</section>\n";
}

}  // namespace cutset::report
