// Minimal cut sets of a derivation graph: which smallest sets of events, failing
// together, leave the goal without a derivation.
//
// A set cuts if the goal does not hold when exactly its events fail. It is minimal if no
// proper subset of it cuts. With conditions in the graph a superset of a cut need not cut
// (a failure can provoke a fallback), so minimality is judged by subsets only, and sets
// are enumerated by size.
//
// Method: single points by incremental evaluation, one leaf at a time; larger sets with
// SAT over the two-sided encoding (formula.h), without the single points, which are in no
// other minimal set; the likeliest events first, then more of them.
//
// Guarantees: deterministic, unless the time limit or `stop` ends it.
//
// Thread rule: pure function; `stop` is called from the calling thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "lineage/derivation_graph.h"

namespace cutset::solver {

struct CutCandidate {
  uint32_t event = 0;
  double likelihood = 0.5;  // of its failure; above 0, at most 1
};

struct CutOptions {
  size_t largest = 3;        // events in a set
  size_t most = 20;          // sets of each size that are given: many single points
                             // must not hide the pairs
  size_t most_found = 1000;  // sets of two and more that are looked for
  std::chrono::milliseconds time_limit{2000};
  std::function<bool()> stop;  // may be empty; true: give what was found
};

struct CutSet {
  std::vector<uint32_t> events;  // ascending; empty: the goal does not hold at all
  double likelihood = 1;         // product

  friend bool operator==(const CutSet&, const CutSet&) = default;
};

struct CutSets {
  std::vector<CutSet> sets;             // by size, then likeliest, then by events
  std::vector<uint32_t> single_points;  // all of them, ascending
  int64_t left_out = 0;                 // found, beyond `most`
  bool complete = true;                 // all up to `largest` were found
  bool stopped = false;                 // by the time limit or `stop`
};

/// Events that are no candidates never fail. Requires: candidates are distinct.
CutSets cut_sets(const lineage::DerivationGraph& graph, lineage::NodeId root,
                 const std::vector<CutCandidate>& candidates,
                 const CutOptions& options = {});

}  // namespace cutset::solver
