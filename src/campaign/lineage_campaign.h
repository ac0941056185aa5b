// The loop for worlds whose lineage is exact (protocol models): choose the smallest fault
// set that may violate, run it, judge what happened, learn, until none is left.
//
// The answer is exactly the set of minimal falsifiers: every fault set within the
// specification whose run is violated while no run under a proper subset is. Why none can
// be lost: the solver gives sets in order of size, each that cuts the derivation graph
// and contains no violated one. The graph says "holds" under a set only
//   - from all derivations (DerivationModel): if the outcome holds in the run under it;
//   - from learned lineage (Lineage): if the outcome is derived by rules that hold in
//   every
//     run in which their premises do.
// So a set that is never given holds, or contains a violated one. A given set is run; a
// wrong prediction costs that run, and its lineage then derives the outcomes under it, so
// it is not given again: the loop ends.
// Why each is minimal: all its proper subsets are smaller, so when it was given, each
// of them held by the graph or contained a violated set; the latter would be a superset
// of a blocked one. Small sets' subsets are run all the same.
//
// Thread rule: pure functions; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/lineage_experimenter.h"
#include "solver/fault_graph.h"

namespace cutset::campaign {

/// What the search knows before and between runs.
enum class Knowledge : uint8_t {
  kAuto,    // kAll, where that is bounded; else kLineage
  kAll,     // all derivations that any run may have
  kLineage  // what the runs so far have shown
};

struct LineageFinding {
  FaultNumbers faults;
  std::vector<uint32_t> broken;     // outcomes, ascending
  std::vector<FaultNumbers> orbit;  // equal up to a symmetry of the nodes; without itself
  uint64_t experiment = 0;          // the run that showed it, from 1
  uint64_t subsets = 0;             // proper subsets, all shown to hold
  uint64_t subsets_run = 0;         // of them, by a run; the others by the graph
};

struct LineageProgress {
  uint64_t experiments = 0;
  size_t findings = 0;
  size_t size = 0;  // of the set that is run
};

struct LineageOptions {
  Knowledge knowledge = Knowledge::kAuto;
  bool stop_at_first = false;
  bool use_symmetry = true;
  /// Proper subsets of a finding are run if there are at most so many; of larger ones,
  /// those with one fault less.
  uint64_t most_subset_runs = 62;
  std::optional<uint64_t> max_experiments;
  std::optional<std::chrono::milliseconds> time_limit;
  std::function<bool()> stop;  // may be empty
  /// After each experiment, for a journal.
  std::function<void(uint64_t experiment, const FaultNumbers&, const ModelRun&)> ran;
  std::function<void(const LineageProgress&)> progress;  // likewise; before each run
  std::function<void(const LineageFinding&)> found;      // likewise
};

enum class LineageStatus : uint8_t { kExhausted, kStoppedAtFirst, kStopped, kVacuous };

struct LineageSummary {
  LineageStatus status = LineageStatus::kExhausted;
  std::string why;                       // stopped
  std::vector<LineageFinding> findings;  // by size, then in order of discovery
  uint64_t experiments = 0;  // fault sets chosen and run, the fault-free one included
  uint64_t subset_runs = 0;  // runs of findings' subsets that were not experiments
  uint64_t wrong_predictions = 0;  // experiments that held; not of the fault-free run
  std::optional<uint64_t> experiments_to_first;
  double seconds_to_first = 0;
  double seconds = 0;
  Knowledge knowledge = Knowledge::kAll;  // which was used
  std::string knowledge_limit;            // why not all derivations, if so
  size_t symmetries = 0;                  // with the identity
  uint64_t goals = 0;                     // of the model or lineage
  uint64_t firings = 0;
  /// What was searched last, and what the runs showed: for the certificate. Faults are
  /// numbered as in the space; budget: "crash" at most space.crashes.
  solver::FaultGraph graph;
  struct Shown {
    std::string run;  // "run 7", "run 7, nodes exchanged"
    FaultNumbers faults;
  };
  std::vector<Shown> violated;  // with the images by symmetry
  std::vector<Shown> held;
  std::vector<std::string> assumptions;

  /// DESIGN's exit codes: 0, 1, 2, 3.
  int exit_code() const;
};

/// Error: an experiment could not be carried out, or a run contradicts what was derived
/// (kInternal).
Result<LineageSummary> search_lineage(LineageExperimenter& experimenter,
                                      const LineageOptions& options);

}  // namespace cutset::campaign
