#include "report/summary.h"

#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "report/words.h"

namespace cutset::report {

namespace {

ExperimentState state_of(campaign::Verdict verdict) {
  switch (verdict) {
    case campaign::Verdict::kHeld:
      return ExperimentState::kHeld;
    case campaign::Verdict::kAccepted:
      return ExperimentState::kAccepted;
    case campaign::Verdict::kViolated:
      return ExperimentState::kViolated;
    case campaign::Verdict::kDidNotRecover:
      return ExperimentState::kDidNotRecover;
    case campaign::Verdict::kInconclusive:
      return ExperimentState::kInconclusive;
    case campaign::Verdict::kVacuous:
      return ExperimentState::kVacuous;
  }
  return ExperimentState::kInconclusive;
}

std::string verdict_line(const Summary& summary) {
  std::vector<std::string> parts{
      counted(static_cast<int64_t>(summary.confirmed.size()), "finding")};
  const int64_t accepted = static_cast<int64_t>(summary.accepted.size()) +
                           summary.count(ExperimentState::kAccepted);
  if (accepted > 0) parts.push_back(fmt::format("{} accepted", accepted));
  if (!summary.flaky.empty())
    parts.push_back(fmt::format("{} flaky", summary.flaky.size()));
  const int64_t open = summary.count(ExperimentState::kInconclusive) +
                       summary.count(ExperimentState::kVacuous);
  if (open > 0) parts.push_back(fmt::format("{} inconclusive", open));
  return join(parts, ", ");
}

}  // namespace

std::string_view state_name(ExperimentState state) {
  switch (state) {
    case ExperimentState::kHeld:
      return "held";
    case ExperimentState::kAccepted:
      return "accepted";
    case ExperimentState::kViolated:
      return "violated";
    case ExperimentState::kDidNotRecover:
      return "did not recover";
    case ExperimentState::kInconclusive:
      return "inconclusive";
    case ExperimentState::kVacuous:
      return "vacuous";
    case ExperimentState::kUnreachable:
      return "unreachable";
    case ExperimentState::kUnfinished:
      return "unfinished";
  }
  return "?";
}

ExperimentState state_of(const JournalView& view, const JournalExperiment& experiment) {
  const JournalRun& run = view.runs[experiment.runs.front()];
  if (!run.finished) return ExperimentState::kUnfinished;
  if (!experiment.unreachable) return state_of(run.verdict);
  const campaign::Verdict judged = campaign::judge(run.result.outcomes);
  return campaign::is_broken(judged) ? state_of(judged) : ExperimentState::kUnreachable;
}

Summary summarize(const JournalView& view) {
  Summary summary;
  summary.confirmed = group_findings(view, FindingKind::kConfirmed);
  summary.flaky = group_findings(view, FindingKind::kFlaky);
  summary.accepted = group_findings(view, FindingKind::kAccepted);
  summary.supports = observed_supports(view);
  for (const JournalExperiment& experiment : view.experiments) {
    const ExperimentState state = state_of(view, experiment);
    summary.states.push_back(state);
    ++summary.counts[static_cast<size_t>(state)];
  }
  std::set<lineage::UnproxiedCall> unproxied;
  for (const JournalRun& run : view.runs) {
    const auto& calls = run.result.execution.unproxied;
    unproxied.insert(calls.begin(), calls.end());
  }
  summary.unproxied.assign(unproxied.begin(), unproxied.end());
  summary.exhausted = view.end && view.end->status == "exhausted";
  summary.verdict = verdict_line(summary);
  if (view.end) {
    summary.statement = view.end->statement.empty() ? view.end->why : view.end->statement;
  } else {
    summary.statement =
        "Not finished: the journal has no end, so nothing is said about what was not "
        "tried. "
        "`cutset run --resume` goes on where it stopped.";
  }
  return summary;
}

std::string cost_words(const JournalView& view) {
  const auto experiments =
      view.end ? view.end->experiments : static_cast<int64_t>(view.experiments.size());
  const auto runs = view.end ? view.end->runs : static_cast<int64_t>(view.runs.size());
  std::string confirming;
  if (view.end && view.end->confirmations > 0) {
    confirming = fmt::format("{} of them to confirm what was predicted; ",
                             view.end->confirmations);
  }
  std::string words = fmt::format("{} ({}{})", counted(experiments, "experiment"),
                                  confirming, counted(runs, "run"));
  if (view.end && view.end->exhaustive > 0) {
    words += fmt::format("; exhaustive search would need {}{}",
                         view.end->exhaustive_is_lower_bound ? "at least " : "",
                         view.end->exhaustive);
  }
  return words;
}

}  // namespace cutset::report
