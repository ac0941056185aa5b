// The state of one search on a protocol model (lineage_campaign.h): what is known, what
// was run, and the solver's search in the graph of it.
//
// Thread rule: one owner.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/lineage_campaign.h"
#include "solver/cut_search.h"

namespace cutset::campaign {

class LineageSearch {
 public:
  LineageSearch(LineageExperimenter& experimenter, const LineageOptions& options)
      : experimenter_(experimenter), options_(options), start_(Clock::now()) {
    if (options.time_limit) end_ = start_ + *options.time_limit;
  }

  Result<LineageSummary> run();

 private:
  using Clock = std::chrono::steady_clock;

  bool stopped() const {
    return (options_.stop && options_.stop()) || (end_ && Clock::now() >= *end_);
  }
  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  std::string stop_reason() const {
    return end_ && Clock::now() >= *end_ ? "the time limit" : "stopped";
  }

  Status experimented();
  Status prepare();
  Status derive_all();
  Status rebuild();
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
  std::vector<std::vector<uint32_t>> symmetries_;  // of nodes
  std::map<FaultNumbers, bool> judged_;            // runs so far: violated?
  std::unique_ptr<solver::CutSearch> search_;      // in summary_.graph
  /// What is known, if that is more than what is searched in.
  std::optional<solver::FaultGraph> known_;
  int known_in_a_row_ = 0;
};

}  // namespace cutset::campaign
