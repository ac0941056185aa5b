#include "campaign/lineage_campaign.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "campaign/cut_graph.h"
#include "campaign/lineage_graph.h"
#include "campaign/lineage_search.h"
#include "solver/dag_evaluator.h"

namespace cutset::campaign {

namespace {

std::string crashes_text(uint32_t most) {
  if (most == 0) return "no crashes";
  return fmt::format("at most {} crash{}", most, most == 1 ? "" : "es");
}

}  // namespace

/// What was found is kept, whatever stopped the search.
Result<LineageSummary> LineageSearch::run() {
  const Status done = experimented();
  if (!done.ok()) {
    if (done.error().kind != ErrorKind::kInterrupted) return done.error();
    stop(stop_reason());
  }
  search_.reset();
  summary_.seconds = seconds();
  return std::move(summary_);
}

Status LineageSearch::experimented() {
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
  return {};
}

Status LineageSearch::prepare() {
  CUTSET_ASSIGN(const ModelRun fault_free, experiment({}));
  CHECK(!fault_free.violated);
  summary_.assumptions = {
      "the model is deterministic: the same faults, the same run",
      fmt::format("faults within the specification: EOT {}, EFF {}, {}",
                  experimenter_.space().eot, experimenter_.space().eff,
                  crashes_text(experimenter_.space().crashes))};
  if (experimenter_.vacuous()) return {};
  if (options_.use_symmetry) symmetries_ = experimenter_.symmetries();
  summary_.symmetries = symmetries_.size() + 1;
  if (options_.knowledge == Knowledge::kLineage) {
    summary_.knowledge = Knowledge::kLineage;
  } else {
    CUTSET_TRY(derive_all());
  }
  return rebuild();
}

Status LineageSearch::derive_all() {
  Result<DerivationModel> model = experimenter_.derivations([this] { return stopped(); });
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
Status LineageSearch::rebuild() {
  search_.reset();
  known_in_a_row_ = 0;
  const FaultSpace& space = experimenter_.space();
  if (summary_.knowledge == Knowledge::kAll) {
    summary_.graph = cut_graph(model_, space);
  } else {
    const Lineage& lineage = experimenter_.lineage();
    if (known_) {
      summary_.graph = std::move(*known_);
    } else {
      CUTSET_ASSIGN(summary_.graph, lineage_graph(lineage, space));
    }
    summary_.goals = lineage.node_count - 2 * lineage.fault_count;
    summary_.firings = lineage.rules.size();
    known_.reset();
  }
  solver::SearchOptions options;
  options.budget.kinds = {{"crash", space.crashes}};
  options.stop = [this] { return stopped(); };
  search_ = std::make_unique<solver::CutSearch>(summary_.graph, std::move(options));
  for (const LineageSummary::Shown& each : summary_.violated) search_->block(each.faults);
  return {};
}

bool LineageSearch::is_known_to_hold(const FaultNumbers& faults) const {
  if (!known_) return false;
  const solver::Parents parents(known_->dag);
  return !solver::DagEvaluator(known_->dag, parents).cuts(faults);
}

/// From a run that held. The search goes on in the graph that it has as long as that
/// gives something that is not known yet: a new one begins with the smallest sets again.
Status LineageSearch::learn(const FaultNumbers& held) {
  ++summary_.wrong_predictions;
  CUTSET_ASSIGN(known_, lineage_graph(experimenter_.lineage(), experimenter_.space()));
  if (is_known_to_hold(held)) return {};
  return Error::internal(fmt::format(
      "the lineage of the run under {} does not derive its outcomes; please report "
      "this with the model",
      experimenter_.space().text(held)));
}

Result<ModelRun> LineageSearch::experiment(const FaultNumbers& faults) {
  ++summary_.experiments;
  if (options_.progress) {
    options_.progress({summary_.experiments, summary_.findings.size(), faults.size()});
  }
  const bool learns = summary_.knowledge == Knowledge::kLineage ||
                      options_.knowledge == Knowledge::kLineage;
  CUTSET_ASSIGN(ModelRun run, experimenter_.run(faults, learns ? RunDetail::kLineage
                                                               : RunDetail::kOutcomes));
  judged_[faults] = run.violated;
  if (options_.ran) options_.ran(summary_.experiments, faults, run);
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
Status LineageSearch::check_prediction(const FaultNumbers& faults,
                                       const ModelRun& run) const {
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

Status LineageSearch::loop() {
  constexpr int kMostKnownInARow = 10;
  while (true) {
    if (options_.max_experiments && summary_.experiments >= *options_.max_experiments) {
      stop(fmt::format("{} experiments", *options_.max_experiments));
      return {};
    }
    const std::optional<solver::FoundSet> found = search_->next();
    if (!found) {
      if (search_->ending() == solver::Ending::kStopped) {
        stop(stop_reason());
        return {};
      }
      if (!known_) return {};
      CUTSET_TRY(rebuild());
      continue;
    }
    const FaultNumbers& faults = found->faults;
    CHECK(experimenter_.space().is_canonical(faults));
    if (is_known_to_hold(faults)) {
      if (++known_in_a_row_ == kMostKnownInARow) CUTSET_TRY(rebuild());
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
  return LineageSearch(experimenter, options).run();
}

}  // namespace cutset::campaign
