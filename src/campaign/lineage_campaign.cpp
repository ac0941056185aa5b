#include "campaign/lineage_campaign.h"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/check.h"
#include "campaign/cut_graph.h"
#include "campaign/lineage_graph.h"
#include "solver/cut_search.h"
#include "solver/dag_evaluator.h"

namespace cutset::campaign {

namespace {

using Clock = std::chrono::steady_clock;

class Search {
 public:
  Search(LineageExperimenter& experimenter, const LineageOptions& options)
      : experimenter_(experimenter), options_(options), start_(Clock::now()) {
    if (options.time_limit) end_ = start_ + *options.time_limit;
  }

  Result<LineageSummary> run();

 private:
  bool stopped() const {
    return (options_.stop && options_.stop()) || (end_ && Clock::now() >= *end_);
  }
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  Status prepare();
  Status derive_all();
  void rebuild();
  Status learn(const FaultNumbers& held);
  bool is_known_to_hold(const FaultNumbers& faults) const;
  Result<ModelRun> experiment(const FaultNumbers& faults);
  Status check_prediction(const FaultNumbers& faults, const ModelRun& run) const;
  Status loop();
  Status add_finding(const FaultNumbers& faults, const ModelRun& run);
  Status show_subsets(LineageFinding& finding);
  Status show_subset(const FaultNumbers& subset);
  void block(const FaultNumbers& faults, std::string run);
  void stop(std::string why) {
    summary_.status = LineageStatus::kStopped;
    summary_.why = std::move(why);
  }

  LineageExperimenter& experimenter_;
  const LineageOptions& options_;
  Clock::time_point start_;
  std::optional<Clock::time_point> end_;
  LineageSummary summary_;
  DerivationModel model_;
  std::vector<FaultNumbers> symmetries_;
  std::map<FaultNumbers, bool> judged_;        // runs so far: violated?
  std::unique_ptr<solver::CutSearch> search_;  // in summary_.graph
  /// What is known, if that is more than what is searched in.
  std::optional<solver::FaultGraph> known_;
  int known_in_a_row_ = 0;
};

Result<LineageSummary> Search::run() {
  CUTSET_TRY(prepare());
  if (experimenter_.vacuous()) {
    summary_.status = LineageStatus::kVacuous;
  } else {
    CUTSET_TRY(loop());
    summary_.assumptions.push_back(
        summary_.knowledge == Knowledge::kAll
            ? "the graph has the firings of the model's rules in all runs"
            : "each firing of the graph was seen in a run, and depends on nothing else");
    if (!symmetries_.empty()) {
      summary_.assumptions.push_back(
          "nodes that can be exchanged in the model can be exchanged in fault sets");
    }
  }
  search_.reset();
  summary_.seconds = seconds();
  return std::move(summary_);
}

Status Search::prepare() {
  CUTSET_ASSIGN(const ModelRun fault_free, experiment({}));
  CHECK(!fault_free.violated);
  summary_.assumptions = {
      "the model is deterministic: the same faults, the same run",
      fmt::format("faults within the specification: EOT {}, EFF {}, at most {} crashes",
                  experimenter_.space().eot, experimenter_.space().eff,
                  experimenter_.space().crashes)};
  if (experimenter_.vacuous()) return {};
  if (options_.use_symmetry) symmetries_ = experimenter_.symmetries();
  summary_.symmetries = symmetries_.size() + 1;
  if (options_.knowledge == Knowledge::kLineage) {
    summary_.knowledge = Knowledge::kLineage;
  } else {
    CUTSET_TRY(derive_all());
  }
  rebuild();
  return {};
}

Status Search::derive_all() {
  Result<DerivationModel> model = experimenter_.derivations();
  if (model) {
    model_ = std::move(*model);
    summary_.goals = model_.goal_count();
    summary_.firings = model_.firing_count();
    return {};
  }
  if (options_.knowledge == Knowledge::kAll ||
      model.error().kind != ErrorKind::kBadInput) {
    return model.error();
  }
  summary_.knowledge = Knowledge::kLineage;
  summary_.knowledge_limit = model.error().text();
  // The lineage of the run without faults was not asked for yet.
  CUTSET_ASSIGN(const ModelRun again, experimenter_.run({}, RunDetail::kLineage));
  CHECK(!again.violated);
  return {};
}

/// A search in the graph of what is known now, that has given nothing yet but knows what
/// is violated.
void Search::rebuild() {
  search_.reset();
  known_in_a_row_ = 0;
  const FaultSpace& space = experimenter_.space();
  if (summary_.knowledge == Knowledge::kAll) {
    summary_.graph = cut_graph(model_, space);
  } else {
    const Lineage& lineage = experimenter_.lineage();
    summary_.graph = known_ ? std::move(*known_) : lineage_graph(lineage, space);
    summary_.goals = lineage.node_count - 2 * lineage.fault_count;
    summary_.firings = lineage.rules.size();
    known_.reset();
  }
  solver::SearchOptions options;
  options.budget.kinds = {{"crash", space.crashes}};
  options.stop = [this] { return stopped(); };
  search_ = std::make_unique<solver::CutSearch>(summary_.graph, std::move(options));
  for (const LineageSummary::Shown& each : summary_.violated) search_->block(each.faults);
}

bool Search::is_known_to_hold(const FaultNumbers& faults) const {
  if (!known_) return false;
  const solver::Parents parents(known_->dag);
  return !solver::DagEvaluator(known_->dag, parents).cuts(faults);
}

/// From a run that held. The search goes on in the graph that it has as long as that
/// gives something that is not known yet: a new one begins with the smallest sets again.
Status Search::learn(const FaultNumbers& held) {
  ++summary_.wrong_predictions;
  known_ = lineage_graph(experimenter_.lineage(), experimenter_.space());
  if (is_known_to_hold(held)) return {};
  return Error::internal(fmt::format(
      "the lineage of the run under {} does not derive its outcomes; please report "
      "this with the model",
      experimenter_.space().text(held)));
}

Result<ModelRun> Search::experiment(const FaultNumbers& faults) {
  ++summary_.experiments;
  if (options_.progress) {
    options_.progress({summary_.experiments, summary_.findings.size(), faults.size()});
  }
  const bool learns = summary_.knowledge == Knowledge::kLineage ||
                      options_.knowledge == Knowledge::kLineage;
  CUTSET_ASSIGN(ModelRun run, experimenter_.run(faults, learns ? RunDetail::kLineage
                                                               : RunDetail::kOutcomes));
  judged_[faults] = run.violated;
  if (!run.violated) {
    summary_.held.push_back({fmt::format("run {}", summary_.experiments), faults});
  }
  if (summary_.knowledge == Knowledge::kAll && model_.fault_count > 0) {
    CUTSET_TRY(check_prediction(faults, run));
  }
  return run;
}

/// All derivations say what every run does; one that does otherwise shows an error in
/// cutset, and then nothing may be concluded.
Status Search::check_prediction(const FaultNumbers& faults, const ModelRun& run) const {
  const std::vector<bool> holds = model_.holds(faults);
  for (uint32_t i = 0; i < holds.size(); ++i) {
    const bool broken = std::binary_search(run.broken.begin(), run.broken.end(), i);
    if (holds[i] != broken) continue;
    return Error::internal(fmt::format(
        "the run under {} and the derivations of all runs disagree on {}; please report "
        "this with the model",
        experimenter_.space().text(faults), experimenter_.outcomes()[i]));
  }
  return {};
}

Status Search::loop() {
  constexpr int kMostKnownInARow = 10;
  while (true) {
    if (options_.max_experiments && summary_.experiments >= *options_.max_experiments) {
      stop(fmt::format("{} experiments", *options_.max_experiments));
      return {};
    }
    const std::optional<solver::FoundSet> found = search_->next();
    if (!found) {
      if (search_->ending() == solver::Ending::kStopped) {
        stop(options_.stop && options_.stop() ? "stopped" : "the time limit");
        return {};
      }
      if (!known_) return {};
      rebuild();
      continue;
    }
    const FaultNumbers& faults = found->faults;
    CHECK(experimenter_.space().is_canonical(faults));
    if (is_known_to_hold(faults)) {
      if (++known_in_a_row_ == kMostKnownInARow) rebuild();
      continue;
    }
    known_in_a_row_ = 0;
    CUTSET_ASSIGN(const ModelRun run, experiment(faults));
    if (!run.violated) {
      CUTSET_TRY(learn(faults));
      continue;
    }
    CUTSET_TRY(add_finding(faults, run));
    if (options_.stop_at_first) {
      summary_.status = LineageStatus::kStoppedAtFirst;
      return {};
    }
  }
}

void Search::block(const FaultNumbers& faults, std::string run) {
  search_->block(faults);
  summary_.violated.push_back({std::move(run), faults});
}

Status Search::add_finding(const FaultNumbers& faults, const ModelRun& run) {
  LineageFinding finding;
  finding.faults = faults;
  finding.experiment = summary_.experiments;
  finding.broken = run.broken;
  if (!summary_.experiments_to_first) {
    summary_.experiments_to_first = summary_.experiments;
    summary_.seconds_to_first = seconds();
  }
  const std::string name = fmt::format("run {}", summary_.experiments);
  block(faults, name);
  for (const FaultNumbers& symmetry : symmetries_) {
    FaultNumbers image;
    for (const uint32_t fault : faults) image.push_back(symmetry[fault]);
    std::sort(image.begin(), image.end());
    if (image != faults) finding.orbit.push_back(std::move(image));
  }
  std::sort(finding.orbit.begin(), finding.orbit.end());
  finding.orbit.erase(std::unique(finding.orbit.begin(), finding.orbit.end()),
                      finding.orbit.end());
  for (const FaultNumbers& image : finding.orbit) {
    block(image, name + ", nodes exchanged");
  }
  CUTSET_TRY(show_subsets(finding));
  if (options_.found) options_.found(finding);
  summary_.findings.push_back(std::move(finding));
  return {};
}

Status Search::show_subsets(LineageFinding& finding) {
  const size_t size = finding.faults.size();
  constexpr size_t kMostBits = 62;
  finding.subsets = size > kMostBits ? UINT64_MAX : (uint64_t{1} << size) - 1;
  const uint64_t runs_before = finding.subsets_run;
  if (finding.subsets <= options_.most_subset_runs + 1) {
    for (uint64_t chosen = 0; chosen < finding.subsets; ++chosen) {
      FaultNumbers subset;
      for (size_t i = 0; i < size; ++i) {
        if ((chosen >> i & 1) != 0) subset.push_back(finding.faults[i]);
      }
      CUTSET_TRY(show_subset(subset));
      ++finding.subsets_run;
    }
    return {};
  }
  for (size_t left_out = 0; left_out < size; ++left_out) {
    FaultNumbers subset = finding.faults;
    subset.erase(subset.begin() + static_cast<ptrdiff_t>(left_out));
    CUTSET_TRY(show_subset(subset));
    ++finding.subsets_run;
  }
  CHECK(finding.subsets_run > runs_before);
  return {};
}

Status Search::show_subset(const FaultNumbers& subset) {
  auto known = judged_.find(subset);
  if (known == judged_.end()) {
    ++summary_.subset_runs;
    CUTSET_ASSIGN(const ModelRun run, experimenter_.run(subset, RunDetail::kVerdict));
    known = judged_.emplace(subset, run.violated).first;
  }
  if (!known->second) return {};
  return Error::internal(fmt::format(
      "{} is violated, though smaller sets were searched before; please report this with "
      "the model",
      experimenter_.space().text(subset)));
}

}  // namespace

int LineageSummary::exit_code() const {
  if (!findings.empty()) return 1;
  switch (status) {
    case LineageStatus::kStopped:
      return 3;
    case LineageStatus::kVacuous:
      return 2;
    default:
      return 0;
  }
}

Result<LineageSummary> search_lineage(LineageExperimenter& experimenter,
                                      const LineageOptions& options) {
  return Search(experimenter, options).run();
}

}  // namespace cutset::campaign
