// Probes: each element alone, at the ends of its ladder, then rungs between. Places come
// in the order of how much of the fault-free supports their faults take: what everything
// hangs on is probed to the end before the next place begins.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <vector>

#include "campaign/nodes/node_ladder.h"
#include "campaign/nodes/node_runner.h"

namespace cutset::campaign::nodes {

class NodeProber {
 public:
  /// `runner` must outlive it. `distinguish_all`: every rung of every element is tried.
  NodeProber(NodeRunner& runner, bool distinguish_all)
      : runner_(runner), distinguish_all_(distinguish_all) {}

  /// Requires: the runs without faults were made.
  Status probe();
  /// By its ladder, or by that of the element as which it was not refined.
  bool breaks_alone(const NodeFault& fault) const;
  /// The ladder of each element, with what is concluded of rungs that were not tried.
  std::vector<LadderResult> results() const;
  /// What was seen of this schedule, as a rung of this duration.
  RungResult rung_result(const NodeSchedule& schedule, Milliseconds duration) const;

 private:
  struct Probed {
    Ladder ladder;
    std::string as;  // refined as that one
  };

  size_t weight(const Element& element) const;
  size_t heaviest(const std::vector<Element>& elements) const;
  std::vector<std::vector<Element>> places() const;
  void share_shapes(size_t first);
  Status try_rung(Ladder& ladder, size_t rung, const std::string& purpose);
  LadderResult ladder_result(const Probed& probed) const;
  RungResult inferred(RungResult rung, const std::string& label) const;

  NodeRunner& runner_;
  bool distinguish_all_;
  std::vector<Probed> probed_;
};

}  // namespace cutset::campaign::nodes
