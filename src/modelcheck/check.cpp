#include "modelcheck/check.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "campaign/blind_search.h"
#include "dedalus/model_experimenter.h"
#include "modelcheck/describe.h"
#include "modelcheck/recorder.h"
#include "modelcheck/reduce.h"

namespace cutset::modelcheck {

namespace {

using campaign::FaultNumbers;
using campaign::LineageFinding;
using campaign::LineageStatus;
using campaign::LineageSummary;
using report::ProtocolCheck;
using report::ProtocolVerdict;
using Clock = std::chrono::steady_clock;

constexpr size_t kMostHistory = 2000;

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
  void end(const Status& searched);

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
  add_summary(summary, checked_.check);
  complete_ = summary.status == LineageStatus::kExhausted;
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
    const bool at_first = !found_.empty() && (random || options_.stop_at_first);
    if (!at_first) {
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
    check.why = vacuous_words(experimenter_->simulator());
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
    CUTSET_TRY(add_findings(*experimenter_, found_, options_.most_explained,
                            {.proofs = options_.proofs, .tables = options_.tables},
                            checked_.check));
    for (size_t i = 0; i < minimal_.size(); ++i)
      checked_.check.findings[i].minimal = minimal_[i] != 0;
    if (recorder_ != nullptr) add_history(*recorder_, checked_.check);
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
