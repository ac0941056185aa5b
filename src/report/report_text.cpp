#include "report/report_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/summary.h"
#include "report/terminal.h"
#include "report/words.h"

namespace cutset::report {

namespace {

constexpr size_t kMostVariants = 3;

class Writer {
 public:
  Writer(const JournalView& view, const TextOptions& options)
      : view_(view), options_(options), summary_(summarize(view)) {}
  std::string write();

 private:
  std::string styled(Style style, std::string_view text) const;
  void line(std::string_view text) { out_ += fmt::format("{}\n", text); }
  void heading(Style style, std::string_view text) {
    out_ += fmt::format("\n{}\n", styled(style, text));
  }
  void field(std::string_view name, std::string_view text) {
    line(fmt::format("     {} {}", styled(Style::kDim, fmt::format("{:<7}", name)),
                     clean_text(text)));
  }
  void group(const FindingGroup& group, size_t number);
  void variant(const FindingGroup& group, const JournalFinding& found);
  void faults(const FindingGroup& group, size_t number);
  void groups(const std::vector<FindingGroup>& groups, Style style,
              std::string_view title);
  void experiments(ExperimentState state, std::string_view title);
  void wrong_predictions();
  void end();

  const JournalView& view_;
  const TextOptions& options_;
  Summary summary_;
  std::string out_;
};

std::string Writer::styled(Style style, std::string_view text) const {
  return report::styled(options_.color, style, text);
}

void Writer::faults(const FindingGroup& group, size_t number) {
  const std::vector<std::string> words = group_words(group);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string start = i == 0 ? fmt::format("{:>3}. ", number) : "     and ";
    line(start + styled(Style::kBold, clean_text(words[i])));
  }
  if (words.empty())
    line(fmt::format("{:>3}. {}", number, styled(Style::kBold, "no fault")));
}

void Writer::variant(const FindingGroup& group, const JournalFinding& found) {
  const campaign::Finding& finding = found.finding;
  std::string seen =
      fmt::format("reproduced {} of {}", finding.reproduced, finding.repetitions);
  if (group.variants.size() > 1) seen += " with " + variant_words(group, found);
  field("seen", seen);
  if (!finding.shown_by.empty()) field("", shown_by_words(finding));
  if (kind_of(finding) == FindingKind::kConfirmed) field("replay", found.replay);
}

void Writer::group(const FindingGroup& group, size_t number) {
  const campaign::Finding& first = group.variants.front()->finding;
  faults(group, number);
  for (const campaign::OutcomeResult& outcome : first.outcomes) {
    const bool late = outcome.state == campaign::OutcomeResult::State::kDidNotRecover;
    const std::string difference = difference_words(outcome);
    field("breaks",
          fmt::format("\"{}\"{}{}{}", outcome.name, late ? " (does not recover)" : "",
                      difference.empty() ? "" : ": ", difference));
  }
  if (first.outcomes.empty()) field("breaks", broken_words(first));
  for (const std::string& modes : group_modes_words(group)) field("modes", modes);
  for (const campaign::Fault& fault : group.faults) field("call", fault.event);
  const std::string cut = supports_cut_words(supports_cut(first, summary_.supports));
  if (!cut.empty()) field("cuts", cut);
  const size_t listed = std::min(group.variants.size(), kMostVariants);
  for (size_t i = 0; i < listed; ++i) variant(group, *group.variants[i]);
  if (listed < group.variants.size()) {
    field("", fmt::format("and {} (cutset report --format html shows them all)",
                          counted(static_cast<int64_t>(group.variants.size() - listed),
                                  "more variant")));
  }
}

void Writer::groups(const std::vector<FindingGroup>& groups, Style style,
                    std::string_view title) {
  if (groups.empty()) return;
  heading(style, title);
  for (size_t i = 0; i < groups.size(); ++i) group(groups[i], i + 1);
}

void Writer::experiments(ExperimentState state, std::string_view title) {
  if (summary_.count(state) == 0) return;
  heading(Style::kYellow, title);
  size_t listed = 0;
  for (size_t i = 0; i < view_.experiments.size(); ++i) {
    if (summary_.states[i] != state) continue;
    if (++listed > options_.most_listed) continue;
    const JournalExperiment& experiment = view_.experiments[i];
    const JournalRun& run = view_.runs[experiment.runs.front()];
    line(fmt::format("  experiment {}: {}", experiment.number,
                     clean_text(faults_words(run.planned))));
    for (const campaign::FaultReport& fault : run.result.faults) {
      if (fault.fired) continue;
      field("", fmt::format("{} did not fire{}", fault.fault.text(),
                            fault.error.empty() ? "" : ": " + fault.error));
    }
  }
  if (listed > options_.most_listed) {
    line(fmt::format("  and {} more (cutset report --format html shows them all)",
                     listed - options_.most_listed));
  }
}

void Writer::wrong_predictions() {
  if (view_.wrong_predictions.empty()) return;
  heading(
      Style::kYellow,
      counted(static_cast<int64_t>(view_.wrong_predictions.size()), "wrong prediction") +
          " (these handlers are not functions of their callees' answers alone)");
  const size_t listed = std::min(view_.wrong_predictions.size(), options_.most_listed);
  for (size_t i = 0; i < listed; ++i) {
    const JournalWrongPrediction& wrong = view_.wrong_predictions[i];
    line(fmt::format("  experiment {}: {}: expected {}, found {}; {}", wrong.experiment,
                     clean_text(wrong.handler), clean_text(wrong.expected),
                     clean_text(wrong.found), clean_text(wrong.remedy)));
  }
  if (listed < view_.wrong_predictions.size()) {
    line(fmt::format("  and {} more", view_.wrong_predictions.size() - listed));
  }
}

void Writer::end() {
  heading(summary_.exhausted ? Style::kGreen : Style::kYellow,
          clean_text(summary_.statement));
  line("  " + cost_words(view_));
  if (!view_.end) return;
  const JournalEnd& end = *view_.end;
  line(
      fmt::format("  {} seen, {} of them can be faulted; {} in all, {} an experiment "
                  "beside the system's own time",
                  counted(end.calls, "call"), end.candidates,
                  duration_words(end.elapsed_ns), duration_words(end.overhead_ns)));
  if (!end.unstable.empty()) {
    line(fmt::format("  {} not in every fault-free run, so never faulted:",
                     counted(static_cast<int64_t>(end.unstable.size()), "call")));
    const size_t listed = std::min(end.unstable.size(), options_.most_listed);
    for (size_t i = 0; i < listed; ++i) line("    " + clean_text(end.unstable[i]));
    if (listed < end.unstable.size())
      line(fmt::format("    and {} more", end.unstable.size() - listed));
  }
  for (const lineage::UnproxiedCall& call : summary_.unproxied) {
    line(fmt::format("  not through a proxy, so never faulted: {} calls {} ({})",
                     clean_text(call.caller), clean_text(call.callee),
                     clean_text(call.operation)));
  }
  if (end.assumptions.empty()) return;
  line("  This rests on:");
  for (const std::string& assumption : end.assumptions)
    line("  - " + clean_text(assumption));
}

std::string Writer::write() {
  line(styled(summary_.confirmed.empty() ? Style::kBold : Style::kRed,
              fmt::format("{}: {}", clean_text(view_.header.name), summary_.verdict)));
  groups(summary_.confirmed, Style::kRed, "Findings");
  groups(summary_.flaky, Style::kYellow, "Flaky: broken in some runs and not in others");
  groups(summary_.accepted, Style::kYellow,
         "Accepted: declared single points of failure");
  experiments(ExperimentState::kAccepted, "Accepted: degraded as declared");
  wrong_predictions();
  experiments(ExperimentState::kInconclusive, "Inconclusive: not judged");
  experiments(ExperimentState::kVacuous,
              "Vacuous: the precondition of an outcome never held");
  end();
  return std::move(out_);
}

}  // namespace

std::string report_text(const JournalView& view, const TextOptions& options) {
  return Writer(view, options).write();
}

}  // namespace cutset::report
