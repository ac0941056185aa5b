#include "campaign/campaign.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"
#include "campaign/exhaustive_count.h"
#include "campaign/result_json.h"

namespace cutset::campaign {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr int kJournalSchema = 1;
constexpr size_t kMostPredictions = 100'000;
constexpr size_t kLargestShownSet = 10;
constexpr size_t kMostModeSets = 256;

std::string service_of(const std::string& handler) {
  return handler.substr(0, handler.find(':'));
}

}  // namespace

int CampaignSummary::exit_code(bool fail_on_flaky) const {
  bool flaky = false;
  for (const Finding& finding : findings) {
    if (finding.accepted) continue;
    if (finding.status == Finding::Status::kConfirmed) return 1;
    flaky = true;
  }
  if (flaky && fail_on_flaky) return 1;
  if (status == CampaignStatus::kStopped) return 3;
  if (status == CampaignStatus::kFailed || flaky || inconclusive > 0 || vacuous > 0)
    return 2;
  return 0;
}

Campaign::Campaign(Experimenter& experimenter, Journal& journal, CampaignOptions options,
                   Observer* observer)
    : experimenter_(experimenter),
      journal_(journal),
      options_(std::move(options)),
      observer_(observer != nullptr ? observer : &silent_),
      candidates_(options_.faults, model_),
      begin_(Clock::now()),
      last_end_(begin_) {
  state_.budget = options_.faults.budget;
  state_.compose = options_.compose;
}

bool Campaign::out_of_budget() {
  const auto stopped = [this](std::string why) {
    summary_.status = CampaignStatus::kStopped;
    summary_.why = std::move(why);
    return true;
  };
  if (stop_) return stopped("stopped by the user");
  if (options_.max_experiments && summary_.experiments >= *options_.max_experiments) {
    return stopped(
        fmt::format("the limit of {} experiments is reached", *options_.max_experiments));
  }
  if (options_.time_limit && Clock::now() - begin_ >= *options_.time_limit) {
    return stopped("the time limit is reached");
  }
  return false;
}

Result<Campaign::Done> Campaign::experiment(int number, const std::string& purpose,
                                            const FaultSet& faults,
                                            const std::string& reason) {
  Done done;
  done.run = fmt::format("r{:04}", ++summary_.runs);
  Json plan;
  plan["type"] = "plan";
  plan["experiment"] = number;
  plan["run"] = done.run;
  plan["purpose"] = purpose;
  plan["faults"] = faults_to_json(faults);
  plan["reason"] = reason;
  CUTSET_TRY(journal_.append(plan));
  observer_->experiment_begins(number, purpose, faults);

  const auto started = Clock::now();
  if (const auto recorded = journal_.recorded_result(done.run)) {
    CUTSET_ASSIGN(done.result,
                  result_from_json(recorded->value("result", Json::object())));
  } else {
    CUTSET_ASSIGN(done.result, experimenter_.run(faults, {done.run, faults.empty()}));
  }
  const auto ended = Clock::now();
  const int64_t between = (started - last_end_).count();
  const int64_t around = (ended - started).count() - done.result.timing.total_ns;
  overheads_.push_back(between + std::max<int64_t>(around, 0));
  last_end_ = ended;

  lineage::check_invariants(done.result.execution);
  for (const lineage::UnproxiedCall& call : done.result.execution.unproxied) {
    const std::string text =
        fmt::format("{} calls {} ({})", call.caller, call.callee, call.operation);
    std::vector<std::string>& known = summary_.unproxied;
    if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(text);
  }
  done.fired = fired_faults(done.result);
  done.verdict = judge(done.result.outcomes);
  Json record;
  record["type"] = "result";
  record["experiment"] = number;
  record["run"] = done.run;
  record["purpose"] = purpose;
  record["verdict"] =
      verdict_name(done.fired == faults ? done.verdict : Verdict::kInconclusive);
  record["fired"] = faults_to_json(done.fired);
  record["result"] = result_to_json(done.result);
  CUTSET_TRY(journal_.append(record));
  observer_->experiment_ends(number, done.fired, done.verdict);
  return done;
}

Status Campaign::learn(const Done& done, int number, bool calibrating) {
  for (WrongPrediction& wrong : model_.learn(done.result, done.verdict)) {
    if (calibrating) continue;  // what varies without faults is no wrong prediction
    Json record;
    record["type"] = "wrong_prediction";
    record["experiment"] = number;
    record["handler"] = wrong.handler;
    record["after"] = wrong.after;
    record["expected"] = wrong.expected;
    record["found"] = wrong.found;
    record["remedy"] = wrong.remedy;
    CUTSET_TRY(journal_.append(record));
    observer_->wrong_prediction(wrong);
    summary_.wrong_predictions.push_back(std::move(wrong));
  }
  return {};
}

void Campaign::note_unstable(const std::vector<Done>& runs) {
  std::map<std::string, int> seen;
  for (size_t i = 0; i < runs.size(); ++i) {
    const RunView& view = model_.runs()[i];
    for (const InvocationView& invocation : view.invocations) {
      ++seen[model_.vocabulary().positions.text(invocation.position)];
    }
  }
  std::set<std::string> unstable;
  for (const auto& [position, count] : seen) {
    // Unordered siblings stand for one event and count several times a run.
    if (count < static_cast<int>(runs.size())) unstable.insert(position);
  }
  summary_.unstable.assign(unstable.begin(), unstable.end());
  candidates_.exclude_unstable(std::move(unstable));
}

Result<Campaign::Step> Campaign::fault_free_runs() {
  std::vector<Done> runs;
  summary_.experiments = 1;
  for (int i = 0; i < options_.fault_free_runs; ++i) {
    if (out_of_budget() && stop_) return Step::kEnd;
    CUTSET_ASSIGN(Done done, experiment(1, "fault-free", {}, "what success depends on"));
    if (i == 0) good_run_ = done.run;
    CUTSET_TRY(learn(done, 1, true));
    const Verdict verdict = done.verdict;
    runs.push_back(std::move(done));
    if (verdict == Verdict::kHeld) continue;
    if (i == 0) ++summary_.verdicts[verdict];
    if (verdict == Verdict::kVacuous) ++summary_.vacuous;
    std::string which;
    for (const OutcomeResult& outcome : runs.back().result.outcomes) {
      if (outcome.state == OutcomeResult::State::kHeld) continue;
      which = fmt::format("\"{}\": found {}, expected {}", outcome.name, outcome.found,
                          outcome.expected);
      break;
    }
    summary_.status = CampaignStatus::kFailed;
    summary_.why = fmt::format(
        "the outcomes do not hold without any fault (run {} of {}, {}): {}; nothing can "
        "be learned "
        "from breaking what does not work",
        i + 1, options_.fault_free_runs, verdict_name(verdict), which);
    return Step::kEnd;
  }
  ++summary_.verdicts[Verdict::kHeld];
  model_.fix_concurrency();
  note_unstable(runs);
  return Step::kGoOn;
}

bool Campaign::is_accepted_single_point(const FaultSet& faults) const {
  if (faults.size() != 1) return false;
  const auto id = identity::parse_call_id(faults.front().event);
  if (!id.ok()) return false;
  const std::string handler = handler_name(id->points.back());
  return std::any_of(options_.accepted_single_points.begin(),
                     options_.accepted_single_points.end(),
                     [&](const std::string& accepted) {
                       return accepted == handler || accepted == service_of(handler);
                     });
}

bool Campaign::is_planned(const FaultSet& faults) const {
  return std::find(state_.planned.begin(), state_.planned.end(), faults) !=
         state_.planned.end();
}

Status Campaign::write_finding(Finding finding) {
  finding.good_run = good_run_;
  finding.words = in_words(finding.faults);
  CUTSET_TRY(journal_.append(finding_to_json(finding)));
  observer_->finding(finding);
  summary_.findings.push_back(std::move(finding));
  return {};
}

/// Runs `faults` until it was run `times` in all (one run has been made). Returns in how
/// many the verdict was as `wanted` (broken or not broken).
Result<int> Campaign::repeat(const FaultSet& faults, Verdict wanted, int times,
                             int number, const std::string& purpose) {
  int agreeing = 1;
  for (int i = 1; i < times; ++i) {
    if (stop_) return Error::interrupted("stopped by the user");
    CUTSET_ASSIGN(
        const Done again,
        experiment(number, purpose, faults, fmt::format("run {} of {}", i + 1, times)));
    CUTSET_TRY(learn(again, number, false));
    const bool same =
        is_broken(again.verdict) == is_broken(wanted) && again.fired == faults;
    agreeing += same ? 1 : 0;
  }
  return agreeing;
}

/// Shows that every proper subset holds: by a run under it, or by a run that answers for
/// it (5.1). If one breaks the outcome after all, it is returned in `smaller`.
Result<std::vector<ShownSubset>> Campaign::show_subsets(const FaultSet& faults,
                                                        FaultSet* smaller) {
  std::vector<ShownSubset> shown;
  CHECK(faults.size() <= kLargestShownSet);
  const size_t all = (size_t{1} << faults.size()) - 1;
  for (size_t bits = 1; bits < all; ++bits) {
    FaultSet subset;
    for (size_t i = 0; i < faults.size(); ++i) {
      if ((bits >> i & 1U) != 0) subset.push_back(faults[i]);
    }
    int by = observed_run(model_, subset);
    if (by < 0) by = equivalent_run(model_, subset);
    if (by < 0) {
      const int number = ++summary_.experiments;
      ++summary_.confirmations;
      CUTSET_ASSIGN(const Done done, experiment(number, "subset", subset,
                                                "every proper subset has to hold"));
      CUTSET_TRY(learn(done, number, false));
      summary_.tried.push_back(done.fired);
      // What did not fire shows nothing, unless the run answers for the subset all the
      // same.
      by = observed_run(model_, subset);
      ++summary_.verdicts[by < 0 ? Verdict::kInconclusive : done.verdict];
    }
    const bool broke_alone = by >= 0 &&
                             is_broken(model_.runs()[static_cast<size_t>(by)].verdict) &&
                             model_.runs()[static_cast<size_t>(by)].fired.empty();
    if (by < 0 || broke_alone) {
      ++summary_.inconclusive;
      shown.push_back({subset, "not shown: a run for it was inconclusive"});
      continue;
    }
    const RunView& run = model_.runs()[static_cast<size_t>(by)];
    if (is_broken(run.verdict)) {
      *smaller = run.fired;
      return shown;
    }
    shown.push_back(
        {subset, fmt::format("run r{:04} under {}", by + 1, to_text(run.fired))});
  }
  return shown;
}

Result<Campaign::Step> Campaign::confirm(const Proposal& proposal, Done first,
                                         int number) {
  Finding finding;
  finding.faults = first.fired;
  finding.experiment = number;
  finding.run = first.run;
  finding.repetitions = options_.repeat;
  for (const Fault& fault : finding.faults) {
    std::vector<identity::FaultMode> modes{fault.mode};
    for (size_t i = 0; i < proposal.faults.size(); ++i) {
      if (proposal.faults[i] == fault) modes = proposal.alternatives[i];
    }
    finding.alternatives.push_back(std::move(modes));
  }
  for (const OutcomeResult& outcome : first.result.outcomes) {
    if (outcome.state == OutcomeResult::State::kViolated ||
        outcome.state == OutcomeResult::State::kDidNotRecover) {
      finding.outcomes.push_back(outcome);
    }
  }
  CUTSET_ASSIGN(finding.reproduced, repeat(finding.faults, first.verdict, options_.repeat,
                                           number, "confirm"));
  if (finding.reproduced < finding.repetitions) {
    finding.status = Finding::Status::kFlaky;
    state_.planned.push_back(finding.faults);
    CUTSET_TRY(write_finding(std::move(finding)));
    return Step::kGoOn;
  }
  FaultSet smaller;
  CUTSET_ASSIGN(finding.subsets, show_subsets(finding.faults, &smaller));
  if (!smaller.empty()) {
    // A part of it breaks the outcome too: that part is the finding, if it is not one
    // already.
    state_.planned.push_back(finding.faults);
    const bool known = std::find(state_.violated.begin(), state_.violated.end(),
                                 smaller) != state_.violated.end();
    if (known) return Step::kGoOn;
    Proposal part;
    part.faults = smaller;
    for (const Fault& fault : smaller) part.alternatives.push_back({fault.mode});
    return try_faults(part, "confirm");
  }
  state_.violated.push_back(finding.faults);
  finding.accepted = is_accepted_single_point(finding.faults);
  CUTSET_TRY(write_finding(std::move(finding)));
  return options_.stop_at_first ? Step::kEnd : Step::kGoOn;
}

Result<bool> Campaign::already_shown(const Proposal& proposal) {
  if (!proposal.predicted_broken) return false;
  // Any mode of each fault's kind may be the one that a callee has shown by itself.
  std::vector<FaultSet> sets{{}};
  for (size_t i = 0; i < proposal.faults.size(); ++i) {
    std::vector<FaultSet> longer;
    for (const FaultSet& set : sets) {
      for (const identity::FaultMode& mode : proposal.alternatives[i]) {
        longer.push_back(set);
        longer.back().push_back({proposal.faults[i].event, mode});
      }
    }
    sets = std::move(longer);
    if (sets.size() > kMostModeSets) return false;
  }
  for (const FaultSet& faults : sets) {
    const int by = equivalent_run(model_, faults);
    if (by < 0 || !is_broken(model_.runs()[static_cast<size_t>(by)].verdict)) continue;
    const FaultSet& fired = model_.runs()[static_cast<size_t>(by)].fired;
    const auto shown = std::find_if(
        summary_.findings.begin(), summary_.findings.end(),
        [&fired](const Finding& finding) {
          return finding.faults == fired && finding.status == Finding::Status::kConfirmed;
        });
    if (shown == summary_.findings.end()) continue;
    Finding finding = *shown;
    finding.faults = make_fault_set(faults);
    finding.alternatives = proposal.alternatives;
    FaultSet smaller;
    CUTSET_ASSIGN(finding.subsets, show_subsets(finding.faults, &smaller));
    if (!smaller.empty()) continue;
    finding.shown_by = to_text(fired);
    finding.accepted = is_accepted_single_point(finding.faults);
    state_.violated.push_back(finding.faults);
    CUTSET_TRY(write_finding(std::move(finding)));
    return true;
  }
  return false;
}

Result<Campaign::Step> Campaign::try_faults(const Proposal& proposal,
                                            const std::string& purpose) {
  const int number = ++summary_.experiments;
  if (proposal.predicted_broken) ++summary_.confirmations;
  CUTSET_ASSIGN(Done done, experiment(number, purpose, proposal.faults, proposal.reason));
  CUTSET_TRY(learn(done, number, false));
  summary_.tried.push_back(done.fired);
  if (done.verdict == Verdict::kVacuous) ++summary_.vacuous;

  bool must_fire = false;
  if (done.fired != proposal.faults) {
    // The run is evidence about what fired; the plan itself was not tested. If the rules
    // now say that its faults cannot all be met, that was a wrong prediction (and is
    // reported as one); if they still must be met, the tool or the system failed to
    // repeat itself.
    state_.planned.push_back(proposal.faults);
    const FaultSet met = predict(model_, proposal.faults).met;
    must_fire = purpose != "known" && met == proposal.faults;
    if (must_fire) ++summary_.inconclusive;
    Json note;
    note["type"] = "note";
    note["text"] = fmt::format(
        "experiment {}: {} {}", number, to_text(proposal.faults),
        must_fire ? "did not fire although its calls must be made: inconclusive"
                  : "cannot be reached");
    CUTSET_TRY(journal_.append(note));
  }
  ++summary_.verdicts[must_fire ? Verdict::kInconclusive : done.verdict];
  if (is_broken(done.verdict)) {
    if (done.fired.empty()) {
      // The system broke without any fault: nothing to blame, nothing to confirm.
      ++summary_.inconclusive;
      state_.planned.push_back(proposal.faults);
      return Step::kGoOn;
    }
    return confirm(proposal, std::move(done), number);
  }
  if (options_.repeat_held > 1) {
    CUTSET_ASSIGN(const int held, repeat(done.fired, done.verdict, options_.repeat_held,
                                         number, "repeat-held"));
    if (held < options_.repeat_held) {
      Finding finding;
      finding.faults = done.fired;
      for (const Fault& fault : done.fired) finding.alternatives.push_back({fault.mode});
      finding.status = Finding::Status::kFlaky;
      finding.experiment = number;
      finding.run = done.run;
      finding.reproduced = options_.repeat_held - held;
      finding.repetitions = options_.repeat_held;
      CUTSET_TRY(write_finding(std::move(finding)));
    }
  }
  return Step::kGoOn;
}

Result<CampaignSummary> Campaign::run() {
  Json header;
  header["type"] = "campaign";
  header["schema_version"] = kJournalSchema;
  header["cutset"] = CUTSET_VERSION;
  header["name"] = options_.name;
  header["started"] = options_.started;
  header["seed"] = options_.seed;
  header["budget"] = {{"faults", options_.faults.budget}};
  header["modes"] = Json::array();
  for (const identity::FaultMode& mode : options_.faults.modes) {
    const bool chosen =
        mode.action == identity::FaultAction::kDelay && mode.milliseconds == 0;
    header["modes"].push_back(chosen ? "delay" : mode.text());
  }
  header["config"] = options_.config;
  header["replay"] = options_.replay;
  header["fault_free_runs"] = options_.fault_free_runs;
  header["repeat"] = options_.repeat;
  CUTSET_TRY(journal_.append(header));

  const auto loop = [this]() -> Result<Step> {
    CUTSET_ASSIGN(Step step, fault_free_runs());
    for (const FaultSet& known : options_.known) {
      if (step == Step::kEnd || out_of_budget()) return Step::kEnd;
      Proposal proposal;
      proposal.faults = known;
      for (const Fault& fault : known) proposal.alternatives.push_back({fault.mode});
      proposal.reason = "a finding of an earlier campaign";
      CUTSET_ASSIGN(step, try_faults(proposal, "known"));
    }
    while (step == Step::kGoOn) {
      if (out_of_budget()) return Step::kEnd;
      CUTSET_ASSIGN(const QueryAnswer answer,
                    next_experiment(model_, candidates_, state_));
      if (!answer.proposal) return Step::kEnd;
      if (answer.proposal->faults.empty() || is_planned(answer.proposal->faults)) {
        return Error::internal("the search proposed " + to_text(answer.proposal->faults) +
                               " although it was tried");
      }
      CUTSET_ASSIGN(const bool shown, already_shown(*answer.proposal));
      if (shown) continue;
      CUTSET_ASSIGN(step, try_faults(*answer.proposal, "explore"));
    }
    return Step::kEnd;
  };
  const Result<Step> ended = loop();
  if (!ended.ok()) {
    const bool interrupted = ended.error().kind == ErrorKind::kInterrupted;
    summary_.status = interrupted ? CampaignStatus::kStopped : CampaignStatus::kFailed;
    summary_.why = ended.error().text();
    if (!interrupted) summary_.error = ended.error();
  }
  CUTSET_TRY(write_end(summary_));
  return summary_;
}

/// What is one kind is known only at the end: each finding is given the modes of its
/// faults' kinds as they are now, and findings that differ in nothing but modes of one
/// kind are one.
void Campaign::settle_findings() {
  if (model_.runs().empty()) return;
  const Result<Composition> composition = compose(model_, candidates_);
  if (!composition.ok()) return;
  std::map<std::string, const ComposedEvent*> events;
  for (const ComposedEvent& event : composition->events) events[event.event] = &event;
  std::vector<Finding> settled;
  for (Finding& finding : summary_.findings) {
    for (size_t i = 0; i < finding.faults.size(); ++i) {
      const Fault& fault = finding.faults[i];
      const auto event = events.find(fault.event);
      if (event == events.end()) continue;
      for (const Kind& kind : event->second->kinds) {
        if (std::find(kind.modes.begin(), kind.modes.end(), fault.mode) !=
            kind.modes.end()) {
          finding.alternatives[i] = kind.modes;
        }
      }
    }
    const bool repeated =
        std::any_of(settled.begin(), settled.end(), [&](const Finding& other) {
          if (other.status != finding.status ||
              other.faults.size() != finding.faults.size()) {
            return false;
          }
          for (size_t i = 0; i < finding.faults.size(); ++i) {
            if (other.faults[i].event != finding.faults[i].event ||
                other.alternatives[i] != finding.alternatives[i]) {
              return false;
            }
          }
          return true;
        });
    if (!repeated) settled.push_back(std::move(finding));
  }
  summary_.findings = std::move(settled);
}

Status Campaign::write_end(CampaignSummary& summary) {
  settle_findings();
  std::set<std::string> calls;
  for (const RunView& run : model_.runs()) {
    for (const InvocationView& invocation : run.invocations) {
      calls.insert(model_.vocabulary().positions.text(invocation.position));
    }
  }
  if (!model_.runs().empty()) {
    if (const auto composed = compose(model_, candidates_); composed.ok()) {
      summary.candidates = composed->events.size();
      for (const ComposedEvent& event : composed->events) calls.insert(event.event);
    }
    summary.calls = calls.size();
    const ExhaustiveCount count =
        count_exhaustive(model_, candidates_, options_.faults.budget, kMostPredictions);
    summary.exhaustive = count.experiments;
    summary.exhaustive_is_lower_bound = count.lower_bound;
  }
  if (!overheads_.empty()) {
    std::nth_element(overheads_.begin(),
                     overheads_.begin() + static_cast<long>(overheads_.size() / 2),
                     overheads_.end());
    summary.overhead_ns = overheads_[overheads_.size() / 2];
  }
  if (options_.compose) {
    summary.assumptions.push_back(
        "composition: a handler is a function of its callees' answers (and of the calls' "
        "effects, as counted); "
        "state kept elsewhere (a cache, a circuit breaker) is not seen");
    summary.assumptions.push_back(
        "kinds of failure: modes to which a caller reacted alike once stay alike");
  }
  summary.assumptions.push_back(
      fmt::format("determinism: a run repeats ({} fault-free runs agreed)",
                  options_.fault_free_runs));
  summary.assumptions.push_back(
      fmt::format("budget: at most {} faults at a time", options_.faults.budget));
  if (summary.status == CampaignStatus::kExhausted && summary.candidates == 0) {
    // Nothing was tried: that is no pass.
    ++summary.vacuous;
    summary.statement =
        "Vacuous: no call was seen that could be faulted. Do the services reach each "
        "other "
        "by ${services.NAME.address}, and does the workload reach the entry?";
  } else if (summary.status == CampaignStatus::kExhausted) {
    summary.statement = fmt::format(
        "Every fault set of up to {} faults on {} calls leads, by the observed "
        "reactions, to a state that was "
        "observed and judged, or contains a reported one.",
        options_.faults.budget, summary.candidates);
    if (summary.inconclusive > 0) {
      summary.statement +=
          fmt::format(" Except {} that were inconclusive.", summary.inconclusive);
    }
  } else {
    summary.statement = "Not finished: " + summary.why;
  }
  Json record;
  record["type"] = "end";
  record["status"] = summary.status == CampaignStatus::kExhausted ? "exhausted"
                     : summary.status == CampaignStatus::kStopped ? "stopped"
                                                                  : "failed";
  record["why"] = summary.why;
  record["exit_code"] = summary.exit_code(false);
  record["experiments"] = summary.experiments;
  record["confirmations"] = summary.confirmations;
  record["runs"] = summary.runs;
  record["exhaustive"] = summary.exhaustive;
  record["exhaustive_is_lower_bound"] = summary.exhaustive_is_lower_bound;
  record["exhausted_to"] = options_.faults.budget;
  record["statement"] = summary.statement;
  record["assumptions"] = summary.assumptions;
  record["counts"] = Json::object();
  for (const auto& [verdict, count] : summary.verdicts) {
    record["counts"][std::string(verdict_name(verdict))] = count;
  }
  record["inconclusive"] = summary.inconclusive;
  record["findings"] = Json::array();
  for (const Finding& finding : summary.findings) {
    record["findings"].push_back(finding_to_json(finding));
  }
  record["calls"] = summary.calls;
  record["candidates"] = summary.candidates;
  record["unstable"] = summary.unstable;
  record["unproxied"] = summary.unproxied;
  record["elapsed_ns"] = (Clock::now() - begin_).count();
  record["overhead_ns"] = summary.overhead_ns;
  // A journal that stopped fitting cannot take its end either: the first error is the one
  // to report.
  if (journal_.replaying()) return {};
  return journal_.append(record);
}

}  // namespace cutset::campaign
