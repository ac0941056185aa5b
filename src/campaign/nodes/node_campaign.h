// The campaign on nodes: runs without faults, probes, rungs, sets of faults in order,
// until the model has no schedule left that what was observed does not speak for
// (docs/concepts/nodes.md).
//
// Invariants:
// 1. The journal has the plan before an experiment begins and its result before anything
//    is concluded from it.
// 2. What is learned is what fired, never what was planned.
// 3. A group is reported only for a schedule that happened again, each proper part of
//    which was shown to hold. (Not so of Strategy::kRandom, which only measures.)
// 4. Same model and same behaviour of the system: same experiments in the same order.
//
// Thread rule: one thread; `stop` is called from it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "campaign/journal.h"
#include "campaign/nodes/node_evidence.h"
#include "campaign/nodes/node_ladder.h"
#include "campaign/nodes/node_summary.h"

namespace cutset::campaign::nodes {

enum class Strategy : uint8_t {
  kSupports,    // what this file describes
  kRandom,      // draws from the same model: the baseline
  kExhaustive,  // every schedule of the model, smallest first: the oracle
};
std::string_view strategy_name(Strategy strategy);

struct NodeCampaignOptions {
  std::string name;
  std::string config;  // digest: a journal of another configuration is not resumed
  NodeModel model;
  Strategy strategy = Strategy::kSupports;
  uint64_t seed = 1;  // of Strategy::kRandom
  int fault_free_runs = 3;
  int repeat = 5;          // runs of a finding, the first included
  int repeat_variant = 1;  // of a further finding of a known group
  int repeat_held = 1;
  /// Every duration and mode is its own kind: nothing is concluded from its like.
  bool distinguish_all = false;
  std::optional<int> max_experiments;  // distinct schedules
  std::optional<std::chrono::milliseconds> time_limit;
  std::function<bool()> stop;  // may be empty; asked before each run
  /// Random and exhaustive end when so many groups are known; 0: never.
  size_t enough_groups = 0;
  std::function<void(const TriedSchedule&)> tried;   // may be empty; for progress
  std::function<void(const MechanismGroup&)> found;  // likewise
};

/// Error: the journal cannot be written or does not fit; anything else is in the summary.
Result<NodeSummary> run_node_campaign(NodeExperimenter& experimenter, Journal& journal,
                                      const NodeCampaignOptions& options);

/// What a journal comes to so far; nothing is run and nothing is written. Error,
/// kBadInput: it is no journal of a campaign on nodes.
Result<NodeSummary> read_node_summary(const std::string& journal);
/// By its first record; false for what cannot be read.
bool is_node_journal(const std::string& path);

}  // namespace cutset::campaign::nodes
