#include "injector/history_run.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "driver/plan_json.h"
#include "history/event_reader.h"
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "injector/duration.h"

namespace cutset::injector {

namespace {

using State = campaign::OutcomeResult::State;
using history::Verdict;

constexpr Milliseconds kSlack{10'000};  // over what the phases may take by themselves
constexpr int kNotSettled = 2;          // an exit code of cutset-driver

std::string last_line(const std::string& text) {
  const std::string_view trimmed = trim(text);
  const size_t begin = trimmed.rfind('\n');
  return one_line(begin == std::string_view::npos ? trimmed : trimmed.substr(begin + 1));
}

/// A campaign knows no inconclusive outcome: what cannot be told was not tested.
State state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHeld:
      return State::kHeld;
    case Verdict::kViolated:
      return State::kViolated;
    case Verdict::kDidNotRecover:
      return State::kDidNotRecover;
    case Verdict::kInconclusive:
    case Verdict::kVacuous:
      return State::kVacuous;
  }
  return State::kVacuous;
}

}  // namespace

std::string driver_binary() {
  if (const char* chosen = std::getenv("CUTSET_DRIVER");
      chosen != nullptr && chosen[0] != '\0') {
    return chosen;
  }
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto beside = self.parent_path() / "cutset-driver";
  if (!error && ::access(beside.c_str(), X_OK) == 0) return beside.string();
  return "cutset-driver";
}

Result<HistoryRun> HistoryRun::begin(const HistoryWorkload& workload,
                                     const TemplateText::Lookup& values,
                                     const std::string& folder, const std::string& run) {
  CUTSET_ASSIGN(const driver::Plan plan, workload.expand(values));
  HistoryRun started;
  // cutset-driver runs elsewhere.
  const std::string stem = (std::filesystem::absolute(folder) / run).string();
  started.folder_ = workload.folder;
  started.plan_path_ = stem + ".plan.json";
  started.path_ = stem + ".jsonl";
  started.end_within_ = plan.settle_within + plan.final_within + plan.target.timeout;
  CUTSET_TRY(write_file(started.plan_path_, driver::plan_to_json(plan)));
  if (::unlink(started.path_.c_str()) != 0 && errno != ENOENT) {
    return Error::system("cannot replace " + started.path_);
  }
  return started;
}

Result<int> HistoryRun::drive(const std::vector<std::string>& options,
                              Milliseconds within, const StopSignal& stop) {
  CUTSET_TRY(stop.check());
  CommandSpec spec;
  spec.arguments = {driver_binary(), plan_path_, "--history", path_};
  spec.arguments.insert(spec.arguments.end(), options.begin(), options.end());
  spec.folder = folder_;
  spec.deadline = within;
  spec.stop_fd = stop.fd();
  CUTSET_ASSIGN(const CommandOutcome outcome, run_command(spec));
  CUTSET_TRY(stop.check());
  if (outcome.timed_out) {
    return Error::unavailable("the workload is not done within " + duration_text(within));
  }
  if (outcome.exit_code != 0 && outcome.exit_code != kNotSettled) {
    return Error::unavailable(fmt::format("the workload ended with exit code {}: {}",
                                          outcome.exit_code,
                                          last_line(outcome.error_output)));
  }
  return outcome.exit_code;
}

Status HistoryRun::load(Milliseconds within, const StopSignal& stop) {
  const Result<int> code = drive({"--phases", "load"}, within, stop);
  return code.ok() ? Status{} : Status(code.error());
}

Result<std::string> HistoryRun::settle_and_read(const StopSignal& stop) {
  CUTSET_ASSIGN(const int code, drive({"--phases", "settle,final", "--healed"},
                                      end_within_ + kSlack, stop));
  if (code != kNotSettled) return std::string();
  CUTSET_ASSIGN(const history::EventLog log, history::read_history(path_));
  for (auto event = log.events.rbegin(); event != log.events.rend(); ++event) {
    if (event->f == "not-settled") return "the system had not settled: " + event->error;
  }
  return std::string("the system had not settled");
}

Status HistoryRun::judge(const HistoryCheck& check, Milliseconds within,
                         campaign::OutcomeResult& result) {
  history::Judgement judgement;
  if (!check.checker.empty()) {
    const std::string path = std::filesystem::absolute(path_).string();
    CUTSET_ASSIGN(judgement,
                  history::check_by_command(check.checker, check.folder, path, within));
  } else {
    if (!history_) {
      CUTSET_ASSIGN(const history::EventLog log, history::read_history(path_));
      history_ = history::pair_operations(log);
    }
    history::Outcome outcome = check.outcome;
    outcome.bounds.time = within;
    judgement = history::judge(*history_, outcome);
  }
  result.state = state_of(judgement.verdict);
  result.found = fmt::format("{}: {}", history::verdict_name(judgement.verdict),
                             judgement.explanation);
  return {};
}

}  // namespace cutset::injector
