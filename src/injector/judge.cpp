#include "injector/judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/duration.h"

namespace cutset::injector {

namespace {

using Clock = std::chrono::steady_clock;
using State = campaign::OutcomeResult::State;
using Source = CheckConfig::Source;

constexpr Milliseconds kFirstPause{2};
constexpr Milliseconds kLongestPause{50};

Milliseconds question_deadline(const CheckConfig& check) {
  return std::max(check.within, kShortestQuestion);
}

Comparison compare_answer(const Expectation& expect, const WorkloadAnswer& answer) {
  if (!answer.failure.empty()) return {false, answer.failure};
  Evidence evidence;
  if (answer.http) {
    evidence.status = answer.http->status;
    evidence.body = answer.http->body;
  } else if (answer.command) {
    evidence.exit_code = answer.command->exit_code;
    evidence.body = answer.command->output;
  }
  return compare(expect, evidence);
}

/// How far the judging has come.
struct Progress {
  bool all_held = true;
  bool answer_failed = false;  // for good: an answer does not change
  Clock::time_point patience;  // until when something that did not hold is asked again
};

}  // namespace

Result<Comparison> Judge::ask_http(const CheckConfig& check) {
  const Result<HttpAnswer> got =
      client_.request(direct_request(check.http, addresses_, question_deadline(check)));
  if (!got) {
    if (got.error().kind != ErrorKind::kUnavailable) return got.error();
    return Comparison{false, check.http.service + ": " + got.error().message};
  }
  Evidence evidence;
  evidence.status = got->status;
  evidence.body = got->body;
  return compare(check.expect, evidence);
}

Result<Comparison> Judge::ask_command(const CheckConfig& check) {
  CUTSET_ASSIGN(const CommandOutcome outcome,
                run_configured_command(check.command, addresses_, nullptr,
                                       question_deadline(check), stop_));
  if (outcome.timed_out) {
    return Comparison{false,
                      "not done within " + duration_text(question_deadline(check))};
  }
  Evidence evidence;
  evidence.exit_code = outcome.exit_code;
  evidence.body = outcome.output;
  return compare(check.expect, evidence);
}

Result<Comparison> Judge::ask_log(const CheckConfig& check) {
  CUTSET_ASSIGN(const std::string log, log_(check.log_service));
  Evidence evidence;
  evidence.log = log;
  return compare(check.expect, evidence);
}

/// As a condition of a degradation; outcomes keep the state itself.
Result<Comparison> Judge::ask_history(const CheckConfig& check,
                                      const WorkloadAnswer& answer) {
  campaign::OutcomeResult result;
  CUTSET_TRY(judge_history(check, answer, result));
  return Comparison{result.state == State::kHeld, result.found};
}

Status Judge::judge_history(const CheckConfig& check, const WorkloadAnswer& answer,
                            campaign::OutcomeResult& result) {
  if (answer.history == nullptr) {
    result.state = State::kVacuous;
    result.found = answer.failure;
    return {};
  }
  return answer.history->judge(check.history, check.within, result);
}

Result<Comparison> Judge::ask(const CheckConfig& check, const WorkloadAnswer& answer) {
  switch (check.source) {
    case Source::kAnswer:
      return compare_answer(check.expect, answer);
    case Source::kHttp:
      return ask_http(check);
    case Source::kCommand:
      return ask_command(check);
    case Source::kHistory:
      return ask_history(check, answer);
    case Source::kLog:
      break;
  }
  return ask_log(check);
}

bool Judge::answer_fits(const DegradationConfig& degradation,
                        const WorkloadAnswer& answer) const {
  for (const CheckConfig& check : degradation.all) {
    if (check.source == Source::kAnswer && !compare_answer(check.expect, answer).held) {
      return false;
    }
  }
  return true;
}

Result<bool> Judge::all_hold(const DegradationConfig& degradation,
                             const WorkloadAnswer& answer) {
  // The answer costs nothing to look at, so it goes first whatever the order of the file.
  if (!answer_fits(degradation, answer)) return false;
  for (const CheckConfig& check : degradation.all) {
    CUTSET_ASSIGN(const Comparison compared, ask(check, answer));
    if (!compared.held) return false;
  }
  return true;
}

Result<std::vector<campaign::OutcomeResult>> Judge::judge(const WorkloadAnswer& answer,
                                                          std::string* degradation) {
  const auto started = Clock::now();
  std::vector<campaign::OutcomeResult> results;
  for (const OutcomeConfig& outcome : config_.outcomes) {
    campaign::OutcomeResult result;
    result.name = outcome.name;
    result.state = State::kViolated;
    result.from_answer = outcome.check.source == Source::kAnswer;
    result.expected = outcome.check.source == Source::kHistory
                          ? outcome.check.history.text()
                          : outcome.check.expect.text();
    results.push_back(std::move(result));
  }
  std::vector<bool> closed(results.size(), false);  // held, or not to be asked again
  Milliseconds pause = kFirstPause;
  while (true) {
    const auto now = Clock::now();
    Progress progress;
    progress.patience = started;
    for (size_t i = 0; i < results.size(); ++i) {
      const CheckConfig& check = config_.outcomes[i].check;
      if (!closed[i] && check.source == Source::kHistory) {
        // What was read at the end is what was read: nothing to ask again.
        CUTSET_TRY(judge_history(check, answer, results[i]));
        closed[i] = true;
      }
      if (!closed[i]) {
        CUTSET_ASSIGN(const Comparison compared, ask(check, answer));
        results[i].state = compared.held ? State::kHeld : State::kViolated;
        results[i].found = compared.found;
        closed[i] = compared.held || now >= started + check.within;
      }
      if (results[i].state == State::kHeld) continue;
      progress.all_held = false;
      progress.answer_failed = progress.answer_failed || check.source == Source::kAnswer;
      if (check.source == Source::kHistory) continue;
      progress.patience = std::max(progress.patience, started + check.within);
    }
    if (progress.all_held) return results;
    const bool outcomes_final = now >= progress.patience;
    if (progress.answer_failed || outcomes_final) {
      for (const DegradationConfig& candidate : config_.degradations) {
        CUTSET_ASSIGN(const bool holds, all_hold(candidate, answer));
        if (holds) {
          for (auto& result : results) {
            if (result.state == State::kViolated) result.state = State::kAccepted;
          }
          if (degradation != nullptr) *degradation = candidate.name;
          return results;
        }
        if (!answer_fits(candidate, answer)) continue;
        for (const CheckConfig& check : candidate.all) {
          progress.patience = std::max(progress.patience, started + check.within);
        }
      }
    }
    if (now >= progress.patience) return results;
    if (stop_.sleep_for(pause)) return Error::interrupted("stopped");
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace cutset::injector
