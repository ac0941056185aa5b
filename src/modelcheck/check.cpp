#include "modelcheck/check.h"

#include <algorithm>
#include <memory>

#include "modelcheck/explain.h"
#include "modelcheck/recorder.h"
#include "modelcheck/reduce.h"
#include <fmt/format.h>

#include "campaign/blind_search.h"
#include "dedalus/model_experimenter.h"

namespace cutset::modelcheck {

namespace {

using campaign::FaultNumbers;
using campaign::LineageFinding;
using campaign::LineageStatus;
using campaign::LineageSummary;
using report::ProtocolCheck;
using report::ProtocolFinding;
using report::ProtocolVerdict;
using Clock = std::chrono::steady_clock;

constexpr size_t kMostHistory = 2000;

ProtocolCheck header_of(const dedalus::Program& program,
                        const dedalus::Parameters& parameters) {
  ProtocolCheck check;
  if (!program.files.empty()) check.model = program.files.front();
  check.line = static_cast<uint32_t>(parameters.line);
  dedalus::Parameters shown = parameters;
  shown.expect.reset();
  check.parameters = dedalus::to_text(shown);
  check.eot = static_cast<uint32_t>(parameters.eot);
  check.eff = static_cast<uint32_t>(parameters.eff);
  check.crashes = static_cast<uint32_t>(parameters.crashes);
  check.nodes = parameters.nodes;
  check.crash_model = dedalus::crash_model_name(parameters.crash_model);
  if (parameters.expect) check.expect = dedalus::expectation_name(*parameters.expect);
  return check;
}

dedalus::FailureSpec spec_of(const dedalus::Parameters& parameters) {
  return {.eot = static_cast<dedalus::Time>(parameters.eot),
          .eff = static_cast<dedalus::Time>(parameters.eff),
          .crashes = static_cast<uint32_t>(parameters.crashes),
          .nodes = parameters.nodes,
          .crash_model = parameters.crash_model};
}

/// One search and what becomes of it.
class Check {
 public:
  Check(const dedalus::Program& program, const dedalus::Parameters& parameters,
        const CheckOptions& options)
      : program_(program),
        parameters_(parameters),
        options_(options),
        begin_(Clock::now()) {
    checked_.check = header_of(program, parameters);
  }

  Result<Checked> run();

 private:
  bool stopped() const {
    return searching_ && ((options_.stop && options_.stop()) || is_late());
  }
  bool is_late() const {
    return options_.time_limit && Clock::now() - begin_ >= *options_.time_limit;
  }
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }

  Result<std::unique_ptr<dedalus::ModelExperimenter>> make();
  Status search();
  Status search_lineage();
  Status search_blind();
  void take(LineageSummary summary);
  void found(LineageFinding finding);
  void progress(uint64_t executions, size_t size) {
    if (options_.progress) {
      options_.progress({executions, found_.size(), size});
    }
  }
  Status describe_findings();
  void describe_history();
  void end(const Status& searched);
  std::string vacuous_text() const;

  const dedalus::Program& program_;
  const dedalus::Parameters& parameters_;
  const CheckOptions& options_;
  Clock::time_point begin_;
  bool searching_ = true;  // what comes after the search is not stopped
  Checked checked_;
  std::unique_ptr<dedalus::ModelExperimenter> experimenter_;
  std::unique_ptr<Recorder> recorder_;
  std::vector<LineageFinding> found_;
  std::vector<uint8_t> minimal_;  // by finding
  bool complete_ = false;
  bool stopped_at_first_ = false;
  std::string why_;
};

Result<std::unique_ptr<dedalus::ModelExperimenter>> Check::make() {
  dedalus::ModelLimits limits;
  limits.simulator.max_tuples = options_.max_tuples;
  limits.simulator.stop = [this] { return stopped(); };
  limits.grounding.stop = [this] { return stopped(); };
  return dedalus::ModelExperimenter::create(program_, spec_of(parameters_), limits);
}

void Check::found(LineageFinding finding) {
  if (!checked_.check.executions_to_first) {
    checked_.check.executions_to_first = finding.experiment;
    checked_.check.seconds_to_first = seconds();
  }
  found_.push_back(std::move(finding));
  minimal_.push_back(1);
}

void Check::take(LineageSummary summary) {
  ProtocolCheck& check = checked_.check;
  check.executions = summary.experiments;
  check.subset_runs = summary.subset_runs;
  check.wrong_predictions = summary.wrong_predictions;
  check.symmetries = std::max<uint64_t>(1, summary.symmetries);
  check.knowledge = summary.knowledge == campaign::Knowledge::kAll
                        ? "all derivations"
                        : "lineage of the runs";
  check.knowledge_limit = summary.knowledge_limit;
  check.goals = summary.goals;
  check.firings = summary.firings;
  check.assumptions = summary.assumptions;
  complete_ = summary.status == LineageStatus::kExhausted;
  stopped_at_first_ = summary.status == LineageStatus::kStoppedAtFirst;
  if (summary.status == LineageStatus::kStopped) why_ = summary.why;
  checked_.summary = std::move(summary);
}

Status Check::search_lineage() {
  campaign::LineageOptions options;
  options.knowledge = options_.knowledge;
  options.stop_at_first = options_.stop_at_first;
  options.use_symmetry = options_.use_symmetry;
  options.max_experiments = options_.max_executions;
  options.stop = [this] { return stopped(); };
  options.progress = [this](const campaign::LineageProgress& now) {
    checked_.check.executions = now.experiments;
    progress(now.experiments, now.size);
  };
  options.found = [this](const LineageFinding& finding) { found(finding); };
  CUTSET_ASSIGN(LineageSummary summary, campaign::search_lineage(*recorder_, options));
  take(std::move(summary));
  return {};
}

Status Check::search_blind() {
  const bool random = options_.search == SearchKind::kRandom;
  ProtocolCheck& check = checked_.check;
  check.search = random ? "random" : "exhaustive";
  if (random) check.seed = options_.seed;
  if (experimenter_->vacuous()) return {};
  campaign::BlindOptions options;
  options.stop_at_first = options_.stop_at_first;
  if (options_.max_executions) options.max_experiments = *options_.max_executions;
  options.stop = [this] { return stopped(); };
  options.progress = [this](uint64_t executions) { progress(executions, 0); };
  Result<campaign::BlindSummary> searched =
      random ? campaign::search_randomly(*recorder_, options_.seed, options)
             : campaign::search_exhaustively(*recorder_, options);
  if (!searched.ok()) return searched.error();
  check.executions = searched->experiments;
  complete_ = searched->complete;
  for (FaultNumbers& faults : searched->falsifiers) {
    LineageFinding finding;
    finding.experiment = searched->experiments_to_first.value_or(0);
    finding.faults = std::move(faults);
    bool minimal = true;
    if (random) {
      CUTSET_ASSIGN(Reduced reduced, reduce(*recorder_, std::move(finding.faults)));
      finding.faults = std::move(reduced.faults);
      finding.subsets_run = reduced.runs;
      check.subset_runs += reduced.runs;
      minimal = reduced.minimal;
    }
    found(std::move(finding));
    minimal_.back() = minimal ? 1 : 0;
  }
  if (!complete_) {
    stopped_at_first_ = !found_.empty() && (random || options_.stop_at_first);
    if (!stopped_at_first_) {
      why_ = options_.stop && options_.stop() ? "stopped"
             : is_late()                      ? "the time limit"
                         : fmt::format("{} executions", searched->experiments);
    }
  }
  return {};
}

Status Check::search() {
  CUTSET_ASSIGN(experimenter_, make());
  recorder_ = std::make_unique<Recorder>(*experimenter_, kMostHistory);
  ProtocolCheck& check = checked_.check;
  check.fault_sets = campaign::count_canonical(experimenter_->space());
  check.outcomes = experimenter_->outcomes();
  return options_.search == SearchKind::kLineage ? search_lineage() : search_blind();
}

Status Check::describe_findings() {
  const campaign::FaultSpace& space = experimenter_->space();
  dedalus::Simulator& simulator = experimenter_->simulator();
  for (size_t i = 0; i < found_.size(); ++i) {
    const LineageFinding& from = found_[i];
    ProtocolFinding finding;
    finding.text = space.text(from.faults);
    for (const uint32_t number : from.faults) {
      const campaign::ModelFault& fault = space.faults[number];
      finding.faults.push_back({fault.kind == campaign::ModelFault::Kind::kCrash,
                                fault.from, fault.to, fault.time});
      finding.words.push_back(space.text(number));
    }
    for (const FaultNumbers& image : from.orbit)
      finding.orbit.push_back(space.text(image));
    finding.experiment = from.experiment;
    finding.subsets = from.subsets;
    finding.subsets_run = from.subsets_run;
    finding.minimal = minimal_[i] != 0;
    for (const uint32_t outcome : from.broken)
      finding.missing.push_back(experimenter_->outcomes()[outcome]);
    if (i < options_.most_explained) {
      CUTSET_ASSIGN(const dedalus::Run bad,
                    simulator.run(experimenter_->faults(from.faults)));
      if (finding.missing.empty()) {
        for (const dedalus::TupleId post : bad.violated())
          finding.missing.push_back(simulator.to_text(post));
      }
      explain(simulator, bad, {.proofs = options_.proofs, .tables = options_.tables},
              finding);
    }
    checked_.check.findings.push_back(std::move(finding));
  }
  return {};
}

void Check::describe_history() {
  ProtocolCheck& check = checked_.check;
  for (const Recorder::Record& record : recorder_->records()) {
    check.history.push_back(
        {experimenter_->space().text(record.faults), record.violated,
         record.is_subset && options_.search == SearchKind::kLineage});
  }
  check.history_left_out = recorder_->runs() - recorder_->records().size();
}

std::string Check::vacuous_text() const {
  const dedalus::Simulator& simulator = experimenter_->simulator();
  const auto is_empty = [&](const char* name) {
    const auto relation = simulator.program().relation(name);
    return !relation ||
           simulator.fault_free().tuples(*relation, simulator.spec().eot).empty();
  };
  const bool post = is_empty("post");
  const bool pre = is_empty("pre");
  return fmt::format(
      "without any fault, {} at the end (time {}): there is nothing to judge. Is EOT too "
      "small for the protocol to finish?",
      post && pre ? "`pre` and `post` are empty"
      : post      ? "`post` is empty"
                  : "`pre` is empty",
      simulator.spec().eot);
}

void Check::end(const Status& searched) {
  ProtocolCheck& check = checked_.check;
  check.seconds = seconds();
  searching_ = false;
  if (!searched.ok()) {
    // The evaluator was stopped inside a run: what was found before stays.
    complete_ = false;
    why_ = is_late() ? "the time limit" : "stopped";
  }
  check.complete = complete_;
  check.why = why_;
  check.verdict = !found_.empty() ? ProtocolVerdict::kViolated
                  : !why_.empty() ? ProtocolVerdict::kStopped
                                  : ProtocolVerdict::kHolds;
  if (experimenter_ != nullptr && experimenter_->vacuous()) {
    check.verdict = ProtocolVerdict::kVacuous;
    check.complete = false;
    check.why = vacuous_text();
  }
}

Result<Checked> Check::run() {
  CUTSET_TRY(dedalus::check_parameters(parameters_));
  const Status searched = search();
  if (!searched.ok() && searched.error().kind != ErrorKind::kInterrupted) {
    return searched.error();
  }
  end(searched);
  if (experimenter_ != nullptr) {
    CUTSET_TRY(describe_findings());
    if (recorder_ != nullptr) describe_history();
  }
  return std::move(checked_);
}

}  // namespace

Result<Checked> check_model(const dedalus::Program& program,
                            const dedalus::Parameters& parameters,
                            const CheckOptions& options) {
  return Check(program, parameters, options).run();
}

int exit_code_of(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::kHolds:
      return 0;
    case ProtocolVerdict::kViolated:
      return 1;
    case ProtocolVerdict::kVacuous:
      return 2;
    case ProtocolVerdict::kStopped:
      return 3;
  }
  return 70;
}

}  // namespace cutset::modelcheck
