// The literals of messages and crashes: what of a run the faults decide directly
// (dedalus.md section 9).
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "campaign/lineage_experimenter.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/grounding/goal_maker.h"

namespace cutset::dedalus {

class FaultLiterals {
 public:
  FaultLiterals(const FailureSpec& spec, const campaign::FaultSpace& space,
                GoalMaker& goals);

  /// The node crashes at exactly this time. Of two crashes of one node (no fault set
  /// within the specification has them) the later one is void.
  Literal crashes_at(NodeIndex node, int64_t time);
  /// It crashes at this time or before.
  Literal crashed_by(NodeIndex node, int64_t time);
  /// Rules fire at the node.
  Literal is_up(NodeIndex node, int64_t time);
  /// A message sent at `time` arrives; the sender's rule fired.
  Literal delivered(NodeIndex from, NodeIndex to, int64_t time);

 private:
  const FailureSpec& spec_;
  GoalMaker& goals_;
  std::map<std::pair<NodeIndex, int64_t>, Literal> crash_;
  std::map<std::tuple<NodeIndex, NodeIndex, int64_t>, Literal> omission_;
  std::vector<std::vector<Literal>> crashed_by_;  // by node, time
};

}  // namespace cutset::dedalus
