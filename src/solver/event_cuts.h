// Minimal cut sets of a derivation graph's events, for people to read: all single points,
// the first few sets of each size, and how many more there are. A thin layer over
// CutSearch: an event that may fail is a fault, whatever the kind of its failure, and the
// likelier it is the smaller its weight.
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

struct EventCandidate {
  uint32_t event = 0;
  double likelihood = 0.5;  // of its failure; above 0, at most 1
};

struct EventCutOptions {
  uint32_t largest = 3;      // events in a set
  size_t most = 20;          // sets of each size that are given: many single points must
                             // not hide the pairs
  size_t most_found = 1000;  // sets of two and more that are looked for
  std::chrono::milliseconds time_limit{2000};
  std::function<bool()> stop;  // may be empty; true: give what was found
};

struct EventCut {
  std::vector<uint32_t> events;  // ascending; empty: the goal does not hold at all
  double likelihood = 1;         // product

  friend bool operator==(const EventCut&, const EventCut&) = default;
};

struct EventCuts {
  std::vector<EventCut> sets;           // by size, then likeliest, then by events
  std::vector<uint32_t> single_points;  // all of them, ascending
  int64_t left_out = 0;                 // found, beyond `most`
  bool complete = true;                 // all up to `largest` were found
  bool stopped = false;                 // by the time limit or `stop`
};

/// Events that are no candidates never fail. Requires: candidates are distinct.
EventCuts event_cuts(const lineage::DerivationGraph& graph, lineage::NodeId root,
                     std::vector<EventCandidate> candidates,
                     const EventCutOptions& options = {});

}  // namespace cutset::solver
