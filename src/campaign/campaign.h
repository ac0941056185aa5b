// The loop: choose, run, judge, learn, until nothing within the budget is left to try
// (calls.md 5.3).
//
// Invariants:
// 1. The journal has the plan before an experiment begins and its result before anything
// is concluded from it.
// 2. What is learned and blocked is what fired, never what was planned (DESIGN rule 1).
// 3. Same configuration and same system behaviour: same experiments in the same order
// (rule 8).
//
// Thread rule: run() in one thread; request_stop() from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/candidates.h"
#include "campaign/experimenter.h"
#include "campaign/finding.h"
#include "campaign/journal.h"
#include "campaign/model.h"
#include "campaign/observer.h"
#include "campaign/query.h"
#include "campaign/summary.h"

namespace cutset::campaign {

struct CampaignOptions {
  std::string name;
  std::string
      config;  // digest of the configuration: a journal of another one is not resumed
  FaultModel faults = FaultModel::standard();
  std::vector<std::string>
      accepted_single_points;  // services, or "service:METHOD /route"
  int fault_free_runs = 3;
  int repeat = 3;       // runs of a violation, the first included
  int repeat_held = 1;  // runs of every held fault set
  std::optional<int> max_experiments;
  std::optional<std::chrono::nanoseconds> time_limit;
  bool compose = true;
  bool stop_at_first = false;
  uint64_t seed = 1;            // recorded; the search itself draws no random numbers
  std::vector<FaultSet> known;  // findings of earlier campaigns: tried first
  std::string
      replay;  // command that replays a finding, "<id>" for its id; for the reports
  std::string started;  // RFC 3339; for the journal
  std::string folder;   // where the proof of the end goes; "": none is written
};

class Campaign {
 public:
  Campaign(Experimenter& experimenter, Journal& journal, CampaignOptions options,
           Observer* observer = nullptr);

  /// Runs to the end. Error: only if the journal cannot be written or does not fit;
  /// anything else is in the summary.
  Result<CampaignSummary> run();
  /// Ends the campaign after the running experiment; the Experimenter is stopped by its
  /// owner.
  void request_stop() { stop_ = true; }

  const Model& model() const { return model_; }

 private:
  struct Done {
    ExperimentResult result;
    FaultSet fired;
    Verdict verdict = Verdict::kHeld;
    std::string run;
  };
  enum class Step { kGoOn, kEnd };

  Result<Done> experiment(int number, const std::string& purpose, const FaultSet& faults,
                          const std::string& reason);
  Result<Step> fault_free_runs();
  Result<Step> try_faults(const Proposal& proposal, const std::string& purpose);
  /// A run that was not made for it has shown this already (prediction.h,
  /// equivalent_run).
  Result<bool> already_shown(const Proposal& proposal);
  Result<Step> confirm(const Proposal& proposal, Done first, int number);
  Result<std::optional<Done>> run_subset(const FaultSet& faults);
  /// Runs of one fault set, the first included; those in which something else fired are
  /// in neither number.
  struct Repeated {
    int agreeing = 1;
    int contrary = 0;
  };
  Result<Repeated> repeat(const FaultSet& faults, Verdict first, int times, int number,
                          const std::string& purpose);
  Status repeat_held(const Done& held, int number);
  Result<std::vector<ShownSubset>> show_subsets(const FaultSet& faults,
                                                FaultSet* smaller);
  Status learn(const Done& done, int number, bool calibrating);
  Status write_finding(Finding finding);
  void settle_findings();
  void count_calls();
  void state_assumptions();
  void state_end();
  void prove_end();
  Status write_end();
  bool is_accepted_single_point(const FaultSet& faults) const;
  bool out_of_budget();
  void note_unstable(const std::vector<Done>& runs);
  bool is_planned(const FaultSet& faults) const;

  Experimenter& experimenter_;
  Journal& journal_;
  CampaignOptions options_;
  Observer* observer_;
  Observer silent_;
  Model model_;
  Candidates candidates_;
  QueryState state_;
  CampaignSummary summary_;
  std::string good_run_;
  std::atomic<bool> stop_ = false;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_end_;
  std::vector<int64_t> overheads_;
};

}  // namespace cutset::campaign
