#include "modelcheck/sweep.h"

#include <algorithm>
#include <memory>

#include "campaign/blind_search.h"
#include "campaign/growth.h"
#include "modelcheck/describe.h"

namespace cutset::modelcheck {

namespace {

using campaign::GrowthStep;
using campaign::LineageStatus;
using campaign::Specification;
using Clock = std::chrono::steady_clock;

/// A step at a time: the experimenter that grow() asked for last is that of the step.
class Sweeping {
 public:
  Sweeping(const dedalus::Program& program, const dedalus::Parameters& parameters,
           const SweepOptions& options)
      : program_(program), parameters_(parameters), options_(options) {
    if (options.check.time_limit) end_ = Clock::now() + *options.check.time_limit;
  }

  Result<Sweep> run() {
    campaign::GrowthOptions growth;
    growth.most_eot = options_.most_eot;
    growth.most_crashes = options_.most_crashes;
    growth.time_limit = options_.check.time_limit;
    growth.search.knowledge = options_.check.knowledge;
    growth.search.use_symmetry = options_.check.use_symmetry;
    growth.search.stop_at_first = options_.check.stop_at_first;
    growth.search.stop = [this] { return stopped(); };
    growth.search.progress = [this](const campaign::LineageProgress& now) {
      if (options_.check.progress) {
        options_.check.progress({executions_ + now.experiments, now.findings, now.size});
      }
    };
    growth.step = [this](const GrowthStep& step) { take(step); };
    const auto make = [this](const Specification& specification) {
      return this->make(specification);
    };
    const Result<campaign::GrowthSummary> grown = campaign::grow(make, growth);
    if (!described_.ok()) return described_.error();
    if (!grown.ok() && grown.error().kind != ErrorKind::kInterrupted)
      return grown.error();
    sweep_.complete = grown.ok() && grown->complete;
    return std::move(sweep_);
  }

 private:
  bool stopped() const {
    return searching_ && ((options_.check.stop && options_.check.stop()) ||
                          (end_ && Clock::now() >= *end_));
  }

  Result<std::unique_ptr<campaign::LineageExperimenter>> make(
      const Specification& specification) {
    dedalus::Parameters parameters = parameters_;
    parameters.eot = specification.eot;
    parameters.eff = specification.eff;
    parameters.crashes = std::min<int64_t>(specification.crashes,
                                           static_cast<int64_t>(parameters.nodes.size()));
    parameters.expect.reset();
    parameters.line = 0;
    dedalus::ModelLimits limits;
    limits.simulator.max_tuples = options_.check.max_tuples;
    limits.simulator.stop = [this] { return stopped(); };
    limits.grounding.stop = [this] { return stopped(); };
    begin_ = Clock::now();
    CUTSET_ASSIGN(
        std::unique_ptr<dedalus::ModelExperimenter> made,
        dedalus::ModelExperimenter::create(program_, spec_of(parameters), limits));
    experimenter_ = made.get();
    header_ = header_of(program_, parameters);
    return std::unique_ptr<campaign::LineageExperimenter>(std::move(made));
  }

  void take(const GrowthStep& step) {
    const campaign::LineageSummary& summary = step.summary;
    report::ProtocolCheck check = header_;
    check.search = "grow";
    check.fault_sets = campaign::count_canonical(experimenter_->space());
    check.outcomes = experimenter_->outcomes();
    check.executions_to_first = summary.experiments_to_first;
    check.seconds_to_first = summary.seconds_to_first;
    check.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    add_summary(summary, check);
    searching_ = false;
    const Status described = add_findings(
        *experimenter_, summary.findings, options_.check.most_explained,
        {.proofs = options_.check.proofs, .tables = options_.check.tables}, check);
    if (!described.ok()) described_ = described;
    searching_ = true;
    check.verdict =
        !summary.findings.empty()                   ? report::ProtocolVerdict::kViolated
        : summary.status == LineageStatus::kVacuous ? report::ProtocolVerdict::kVacuous
        : summary.status == LineageStatus::kStopped ? report::ProtocolVerdict::kStopped
                                                    : report::ProtocolVerdict::kHolds;
    if (summary.status == LineageStatus::kVacuous)
      check.why = vacuous_words(experimenter_->simulator());
    executions_ += summary.experiments;
    if (options_.step) options_.step(check);
    sweep_.steps.push_back(std::move(check));
  }

  const dedalus::Program& program_;
  const dedalus::Parameters& parameters_;
  const SweepOptions& options_;
  std::optional<Clock::time_point> end_;
  Clock::time_point begin_;
  bool searching_ = true;  // descriptions are not stopped
  uint64_t executions_ = 0;
  dedalus::ModelExperimenter* experimenter_ = nullptr;
  report::ProtocolCheck header_;
  Status described_;
  Sweep sweep_;
};

}  // namespace

Result<Sweep> check_growing(const dedalus::Program& program,
                            const dedalus::Parameters& parameters,
                            const SweepOptions& options) {
  return Sweeping(program, parameters, options).run();
}

}  // namespace cutset::modelcheck
