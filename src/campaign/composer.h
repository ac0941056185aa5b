// How the local rules are composed (composition.h): a Composer goes from the entry down,
// a walk follows the decision tree of one handler in one place. Included by
// composition*.cpp only.
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "campaign/composition.h"

namespace cutset::campaign::composing {

using lineage::DerivationGraph;
using lineage::NodeId;

/// One handler invocation, wherever in the parent's history it is made (its "place").
struct Place {
  int handler = 0;
  int position = 0;
  int depth = 0;
  int copies = 1;
  std::vector<int> patience_above;  // of the callers, innermost first
};

/// What is known of a child once it was composed.
struct Child {
  std::map<int, NodeId> shows;  // label -> goal: the caller sees it
  std::map<int, NodeId>
      answered;  // label -> goal: the callee was executed and answered so
  NodeId not_executed = DerivationGraph::kFalse;
};

/// The goals "this invocation answers so", by label.
using Answers = std::map<int, NodeId>;

class Composer {
 public:
  Composer(const Model& model, const Candidates& candidates)
      : model_(model), candidates_(candidates), vocabulary_(model.vocabulary()) {}

  Result<Composition> compose();

 private:
  DerivationGraph& graph() { return result_.graph; }

  /// The earlier attempts of the same call, as composed.
  using Attempts = std::vector<const Child*>;

  Answers invoke(const Place& place, NodeId executed, const Attempts& attempts);

  /// Below a handler without rules any call that was ever seen may be made, and each mode
  /// is a kind.
  void add_calls_without_rules(const Place& place, NodeId executed);

  /// Each earlier attempt was executed and answered with that label, or (-1) was not
  /// executed.
  NodeId went_so(const Attempts& attempts, const std::vector<int>& labels);

  void add(Answers& answers, const Answers& more);

  void note_effect(const Place& place, const std::string& label, NodeId executed);

  /// One walk over the tree of an invocation. Each child is composed once, from all the
  /// nodes that call it; where that would go in a circle (two histories call two children
  /// in opposite orders) it is composed once for each node.
  class Walk;

  Answers follow_tree(const Place& place, NodeId executed,
                      const std::vector<int>& attempts);

  uint32_t event(int position, std::vector<Kind> kinds);

  void close_called();

  const Model& model_;
  const Candidates& candidates_;
  const Vocabulary& vocabulary_;
  Composition result_;
  std::map<int, uint32_t> event_of_;           // by position
  std::vector<std::vector<NodeId>> calls_of_;  // by event
  bool too_large_ = false;
};

}  // namespace cutset::campaign::composing
