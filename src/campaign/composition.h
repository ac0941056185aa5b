// The derivation graph of one request under every fault set at once: the local rules of
// all handlers, composed (calls.md 5.2). Leaves are the calls that faults can take and
// the kinds of failure that provoke reactions; goals say which label a call shows, how
// the entry answers, what was executed.
//
// Kinds: the modes of one call to which no rule reacts differently are one kind, tried in
// one representative mode.
//
// Thread rule: a value.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "campaign/candidates.h"
#include "campaign/model.h"
#include "lineage/derivation_graph.h"

namespace cutset::campaign {

/// Modes of one call that are one kind; [0] is the representative.
struct Kind {
  std::vector<identity::FaultMode> modes;
  int label = 0;  // of the representative
};

struct ComposedEvent {
  std::string event;
  int position = 0;
  std::vector<Kind> kinds;
};

struct ExecutedCall {
  std::pair<int, int> effect;  // (handler, coarse label)
  lineage::NodeId executed;    // with that answer
  int copies = 1;
};

struct Composition {
  lineage::DerivationGraph graph;
  std::vector<ComposedEvent> events;                     // by the graph's event index
  std::vector<lineage::NodeId> called;                   // by event: the call is made
  std::vector<std::pair<int, lineage::NodeId>> answers;  // entry's label -> goal
  std::vector<ExecutedCall> executed;
  /// Reached, but none of the known answers comes back: (reached, known continuations).
  struct Open {
    lineage::NodeId reached;
    std::vector<lineage::NodeId> known;
  };
  std::vector<Open> open;
};

/// Error: internal, if the graph would pass its bound (a million nodes).
Result<Composition> compose(const Model& model, const Candidates& candidates);

}  // namespace cutset::campaign
