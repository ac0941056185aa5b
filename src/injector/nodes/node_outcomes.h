// The outcomes of a run over its history.
//
// Thread rule: pure functions but for judge_history(), which reads files and may run
// checkers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "history/judgement.h"
#include "history/operations.h"

#include "base/result.h"
#include "campaign/nodes/node_experimenter.h"
#include "injector/config.h"
#include "injector/history_run.h"

namespace cutset::injector {

struct JudgedHistory {
  history::History history;
  history::Judgement judgement;  // of the worst outcome
  campaign::Verdict verdict = campaign::Verdict::kHeld;
  std::string found;  // for people: the outcome's name and what was found
};

/// `not_settled`: why the system had not settled when it was read, "" if it had: then
/// nothing was lost for good, and the verdict is that it did not recover.
/// Error: a history that cannot be read, a checker that cannot be started.
Result<JudgedHistory> judge_history(const Config& config, const HistoryRun& run,
                                    const std::string& not_settled);

/// The names of all outcomes: the goal of a schedule.
std::string outcomes_text(const Config& config);

/// The last history in the output of cutset-driver, which logs there too.
std::string history_lines(const std::string& output);

/// "t7-": what every token of the workload begins with.
std::string token_prefix(const driver::Plan& plan);

/// The workload with conditions that are not asked at `endpoints`; one that would be
/// asked nowhere is left out. Commands are left as they are.
HistoryWorkload without_endpoints(HistoryWorkload workload,
                                  const std::vector<std::string>& endpoints,
                                  const TemplateText::Lookup& values);

}  // namespace cutset::injector
