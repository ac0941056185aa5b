#include "injector/nodes/node_outcomes.h"

#include <algorithm>
#include <string_view>

#include "history/checkers/checkers.h"
#include "history/event_reader.h"
#include "history/outcome.h"
#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector {

namespace {

using campaign::Verdict;

Verdict verdict_of(history::Verdict verdict) {
  switch (verdict) {
    case history::Verdict::kHeld:
      return Verdict::kHeld;
    case history::Verdict::kViolated:
      return Verdict::kViolated;
    case history::Verdict::kDidNotRecover:
      return Verdict::kDidNotRecover;
    case history::Verdict::kInconclusive:
      return Verdict::kInconclusive;
    case history::Verdict::kVacuous:
      return Verdict::kVacuous;
  }
  return Verdict::kInconclusive;
}

/// What decides about a run of several outcomes comes first.
int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::kViolated:
      return 0;
    case Verdict::kDidNotRecover:
      return 1;
    case Verdict::kInconclusive:
      return 2;
    case Verdict::kVacuous:
      return 3;
    default:
      return 4;
  }
}

Result<history::Judgement> judgement_of(const HistoryCheck& check,
                                        const history::History& history,
                                        const std::string& path, Milliseconds within) {
  if (!check.checker.empty())
    return history::check_by_command(check.checker, check.folder, path, within);
  history::Outcome outcome = check.outcome;
  outcome.bounds.time = within;
  return history::judge(history, outcome);
}

}  // namespace

Result<JudgedHistory> judge_history(const Config& config, const HistoryRun& run,
                                    const std::string& not_settled) {
  CUTSET_ASSIGN(const history::EventLog log, history::read_history(run.path()));
  JudgedHistory judged;
  judged.history = history::pair_operations(log);
  if (!not_settled.empty()) {
    judged.verdict = Verdict::kDidNotRecover;
    judged.found = not_settled;
    return judged;
  }
  bool first = true;
  for (const OutcomeConfig& outcome : config.outcomes) {
    if (outcome.check.source != CheckConfig::Source::kHistory) continue;
    CUTSET_ASSIGN(history::Judgement judgement,
                  judgement_of(outcome.check.history, judged.history, run.path(),
                               outcome.check.within));
    const Verdict verdict = verdict_of(judgement.verdict);
    if (!first && rank(verdict) >= rank(judged.verdict)) continue;
    first = false;
    judged.verdict = verdict;
    judged.found = fmt::format("{}: {}", outcome.name, judgement.explanation);
    judged.judgement = std::move(judgement);
  }
  return judged;
}

std::string outcomes_text(const Config& config) {
  std::vector<std::string> names;
  for (const OutcomeConfig& outcome : config.outcomes) names.push_back(outcome.name);
  return join(names, ", ");
}

std::string history_lines(const std::string& output) {
  std::string lines;
  size_t begin = 0;
  while (begin < output.size()) {
    size_t end = output.find('\n', begin);
    if (end == std::string::npos) break;  // torn: the driver was ended
    const std::string_view line(output.data() + begin, end + 1 - begin);
    if (line.starts_with("{\"format\"")) lines.clear();
    if (line.front() == '{') lines += line;
    begin = end + 1;
  }
  return lines;
}

std::string token_prefix(const driver::Plan& plan) {
  return fmt::format("t{}-", plan.operations.seed);
}

HistoryWorkload without_endpoints(HistoryWorkload workload,
                                  const std::vector<std::string>& endpoints,
                                  const TemplateText::Lookup& values) {
  for (size_t i = workload.conditions.size(); i-- > 0;) {
    std::vector<TemplateText>& at = workload.conditions[i].at;
    // A command asks whom it likes and tells the dead from the silent itself.
    if (at.empty() || !workload.conditions[i].command.empty()) continue;
    std::erase_if(at, [&](const TemplateText& text) {
      const Result<std::string> address = text.expand(values);
      return address &&
             std::find(endpoints.begin(), endpoints.end(), *address) != endpoints.end();
    });
    if (!at.empty()) continue;
    workload.conditions.erase(workload.conditions.begin() + static_cast<long>(i));
    workload.plan.settle.erase(workload.plan.settle.begin() + static_cast<long>(i));
  }
  return workload;
}

}  // namespace cutset::injector
