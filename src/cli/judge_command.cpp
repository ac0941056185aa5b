// `cutset judge`: what an operation history says of outcomes. Runs nothing but checkers.
#include <cstdio>
#include <memory>

#include "history/edn.h"
#include "history/event_reader.h"
#include "history/outcome.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "injector/duration.h"

namespace cutset::cli {

namespace {

using history::Judgement;
using history::Verdict;
using nlohmann::ordered_json;

constexpr size_t kListedFaults = 20;

struct JudgeOptions {
  std::string path;
  std::vector<std::string> outcomes;
  std::vector<std::string> checkers;
  std::string edn;
  std::string time_limit = "60s";
  bool all = false;
};

struct Judged {
  std::string name;
  Judgement judgement;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const history::OutcomeKind& kind : history::outcome_kinds()) {
    names.push_back(kind.name);
  }
  return names;
}

/// "staleness:2s"
Result<history::Outcome> parse_outcome(const std::string& text) {
  const size_t colon = text.find(':');
  history::Outcome outcome;
  outcome.kind = text.substr(0, colon);
  const history::OutcomeKind* kind = history::outcome_kind(outcome.kind);
  if (kind == nullptr) {
    return Error::usage(
        fmt::format("there is no outcome \"{}\"{} (one of {})", one_line(outcome.kind),
                    suggestion(outcome.kind, kind_names()), join(kind_names(), ", ")));
  }
  using Time = history::OutcomeKind::Time;
  if (colon == std::string::npos) {
    if (kind->time != Time::kRequired) return outcome;
    return Error::usage(
        fmt::format("{} needs a time: expected {}:2s or the like", text, text));
  }
  if (kind->time == Time::kNone) {
    return Error::usage(
        fmt::format("{} takes no time, found \"{}\"", outcome.kind, text));
  }
  const auto time = injector::parse_duration(text.substr(colon + 1));
  if (!time.ok()) {
    return Error::usage(fmt::format("{}: {}", text, time.error().message));
  }
  outcome.time = *time;
  return outcome;
}

int exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHeld:
      return kExitHeld;
    case Verdict::kViolated:
    case Verdict::kDidNotRecover:
      return kExitViolated;
    case Verdict::kInconclusive:
    case Verdict::kVacuous:
      return kExitInconclusive;
  }
  return kExitInconclusive;
}

int exit_code_of(const std::vector<Judged>& judged) {
  int code = kExitHeld;
  for (const Judged& one : judged) {
    const int next = exit_code_of(one.judgement.verdict);
    if (next == kExitViolated || code == kExitHeld) code = next;
  }
  return code;
}

ordered_json to_json(const JudgeOptions& options, const history::History& history,
                     const std::vector<Judged>& judged) {
  using history::EventType;
  ordered_json json;
  json["format"] = "cutset-judgement/1";
  json["history"] = options.path;
  json["exit_code"] = exit_code_of(judged);
  json["operations"] = {{"ok", history.count(EventType::kOk)},
                        {"fail", history.count(EventType::kFail)},
                        {"info", history.count(EventType::kInfo)}};
  json["outcomes"] = ordered_json::array();
  for (const Judged& one : judged) {
    ordered_json outcome;
    outcome["name"] = one.name;
    outcome["verdict"] = verdict_name(one.judgement.verdict);
    outcome["explanation"] = one.judgement.explanation;
    outcome["counts"] = ordered_json::object();
    for (const auto& [name, number] : one.judgement.counts)
      outcome["counts"][name] = number;
    outcome["fault_count"] = one.judgement.fault_count;
    outcome["faults"] = ordered_json::array();
    for (const history::Fault& fault : one.judgement.faults) {
      outcome["faults"].push_back({{"kind", fault.kind},
                                   {"key", fault.key},
                                   {"token", fault.token},
                                   {"line", fault.line},
                                   {"text", fault.text}});
    }
    outcome["notes"] = one.judgement.notes;
    json["outcomes"].push_back(std::move(outcome));
  }
  return json;
}

std::string to_text(const JudgeOptions& options, const history::History& history,
                    const std::vector<Judged>& judged) {
  using history::EventType;
  std::string out =
      fmt::format("{}: {} operations: {} ok, {} fail, {} info\n", options.path,
                  history.operations.size(), history.count(EventType::kOk),
                  history.count(EventType::kFail), history.count(EventType::kInfo));
  for (const Judged& one : judged) {
    const Judgement& judgement = one.judgement;
    out += fmt::format("{}: {}\n  {}\n", one.name, verdict_name(judgement.verdict),
                       judgement.explanation);
    const auto listed = [&](size_t size) {
      return options.all ? size : std::min(size, kListedFaults);
    };
    if (judgement.faults.size() > 1) {
      for (size_t i = 0; i < listed(judgement.faults.size()); ++i) {
        const history::Fault& fault = judgement.faults[i];
        out +=
            fmt::format("  {} {}: {}\n", fault.kind, one_line(fault.token), fault.text);
      }
      const size_t left = judgement.fault_count - listed(judgement.faults.size());
      if (left > 0) out += fmt::format("  and {} more\n", left);
    }
    for (size_t i = 0; i < listed(judgement.notes.size()); ++i) {
      out += fmt::format("  note: {}\n", judgement.notes[i]);
    }
  }
  return out;
}

Result<std::vector<Judged>> judge_all(const JudgeOptions& options,
                                      const history::History& history) {
  CUTSET_ASSIGN(const auto limit, injector::parse_duration(options.time_limit));
  std::vector<Judged> judged;
  for (const std::string& text : options.outcomes) {
    CUTSET_ASSIGN(history::Outcome outcome, parse_outcome(text));
    outcome.bounds.time = limit;
    judged.push_back({text, history::judge(history, outcome)});
  }
  for (const std::string& checker : options.checkers) {
    CUTSET_ASSIGN(Judgement judgement,
                  history::check_by_command({checker}, "", options.path, limit));
    judged.push_back({checker, std::move(judgement)});
  }
  return judged;
}

Status check_usage(const JudgeOptions& options) {
  for (const std::string& text : options.outcomes) {
    CUTSET_ASSIGN([[maybe_unused]] const history::Outcome outcome, parse_outcome(text));
  }
  if (options.outcomes.empty() && options.checkers.empty() && options.edn.empty()) {
    return Error::usage(fmt::format(
        "judge: expected --outcome NAME[:TIME], --checker PROGRAM or --edn FILE; "
        "outcomes: {}",
        join(kind_names(), ", ")));
  }
  if (options.path == "-" && !options.checkers.empty()) {
    return Error::usage(
        "judge: a checker gets the path of the history, and \"-\" is none");
  }
  return {};
}

int judge(const JudgeOptions& options, const GlobalOptions& global) {
  if (const Status usable = check_usage(options); !usable.ok()) {
    return fail(usable.error(), global);
  }
  const Result<history::EventLog> log = history::read_history(options.path);
  if (!log.ok()) return fail(log.error(), global);
  if (!options.edn.empty()) {
    const Status written = write_file(options.edn, history::to_edn(*log));
    if (!written.ok()) return fail(written.error(), global);
  }
  const history::History history = history::pair_operations(*log);
  const Result<std::vector<Judged>> judged = judge_all(options, history);
  if (!judged.ok()) return fail(judged.error(), global);
  const std::string text =
      global.json ? to_json(options, history, *judged)
                            .dump(2, ' ', false, ordered_json::error_handler_t::replace) +
                        "\n"
                  : to_text(options, history, *judged);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return exit_code_of(*judged);
}

}  // namespace

void add_judge_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<JudgeOptions>();
  CLI::App* command = app.add_subcommand(
      "judge", "Say what an operation history shows of outcomes; run nothing");
  command
      ->add_option("history", options->path,
                   "cutset-history/1: JSON lines of invoke, ok, fail and info; \"-\": "
                   "standard input")
      ->required();
  std::string outcomes = "NAME or NAME:TIME, with commas between them:";
  for (const history::OutcomeKind& kind : history::outcome_kinds()) {
    outcomes +=
        fmt::format("\n  {}{}: {}", kind.name,
                    kind.time == history::OutcomeKind::Time::kRequired   ? ":TIME"
                    : kind.time == history::OutcomeKind::Time::kOptional ? "[:TIME]"
                                                                         : "",
                    kind.meaning);
  }
  command->add_option("--outcome", options->outcomes, outcomes)->delimiter(',');
  command->add_option("--checker", options->checkers,
                      "A program that gets the history's path and exits with 0 held, 1 "
                      "violated or 2 inconclusive; may be repeated");
  command->add_option("--edn", options->edn,
                      "Write the history as EDN, for Jepsen's checkers");
  command
      ->add_option("--time-limit", options->time_limit,
                   "For one search or checker; inconclusive after it")
      ->capture_default_str();
  command->add_flag("--all", options->all, "List every fault that is known");
  command->footer(
      "Exit codes: 0 all held; 1 one is violated or did not recover; 2 inconclusive or "
      "vacuous; 65 not a history.\n"
      "Example: cutset judge history.jsonl --outcome acknowledged-writes,staleness:2s");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return judge(*options, global); };
  });
}

}  // namespace cutset::cli
