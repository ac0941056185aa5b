#include "campaign/campaign.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/journal_records.h"
#include "campaign/result_json.h"

namespace cutset::campaign {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

}  // namespace

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
  const ExperimentName name{number, done.run, purpose};
  CUTSET_TRY(journal_.append(plan_record(name, faults, reason)));
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
  const Verdict shown = done.fired == faults ? done.verdict : Verdict::kInconclusive;
  CUTSET_TRY(journal_.append(result_record(name, shown, done.fired, done.result)));
  observer_->experiment_ends(number, done.fired, done.verdict);
  return done;
}

Status Campaign::learn(const Done& done, int number, bool calibrating) {
  for (WrongPrediction& wrong : model_.learn(done.result, done.verdict)) {
    if (calibrating) continue;  // what varies without faults is no wrong prediction
    CUTSET_TRY(journal_.append(wrong_prediction_record(number, wrong)));
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

bool Campaign::is_planned(const FaultSet& faults) const {
  return std::find(state_.planned.begin(), state_.planned.end(), faults) !=
         state_.planned.end();
}

Result<Campaign::Step> Campaign::try_faults(const Proposal& proposal,
                                            const std::string& purpose) {
  const int number = ++summary_.experiments;
  if (proposal.predicted_broken) ++summary_.confirmations;
  CUTSET_ASSIGN(Done done, experiment(number, purpose, proposal.faults, proposal.reason));
  CUTSET_TRY(learn(done, number, false));
  const bool is_new =
      !done.fired.empty() && std::find(summary_.tried.begin(), summary_.tried.end(),
                                       done.fired) == summary_.tried.end();
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
    CUTSET_TRY(journal_.append(note_record(fmt::format(
        "experiment {}: {} {}", number, to_text(proposal.faults),
        must_fire ? "did not fire although its calls must be made: inconclusive"
                  : "cannot be reached"))));
  }
  // An unreachable plan is no experiment of its own: what fired instead counts if it was
  // not tried before, or if it shows a violation after all.
  if (must_fire) {
    ++summary_.verdicts[Verdict::kInconclusive];
  } else if (done.fired == proposal.faults || is_new || is_broken(done.verdict)) {
    ++summary_.verdicts[done.verdict];
  }
  if (is_broken(done.verdict)) {
    if (done.fired.empty()) {
      // The system broke without any fault: nothing to blame, nothing to confirm.
      ++summary_.inconclusive;
      state_.planned.push_back(proposal.faults);
      return Step::kGoOn;
    }
    return confirm(proposal, std::move(done), number);
  }
  if (options_.repeat_held > 1) CUTSET_TRY(repeat_held(done, number));
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
      CUTSET_ASSIGN(
          const QueryAnswer answer,
          next_experiment(model_, candidates_, state_, [this] { return stop_.load(); }));
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
  CUTSET_TRY(write_end());
  return summary_;
}

}  // namespace cutset::campaign
