// Which durations of one element to try. Duration decides, and not monotonically: a cut
// that is shorter than the system's time-out is healed by resending, a node that is back
// in the middle of a failover is another story than one that is back after it. So the
// ends of the ladder come first, and a rung between two is tried when what happened at
// them differs.
//
// A rung is known by its label: equal labels, equal stories. Below the first rung of what
// does no harm at duration 0 (a cut, a pause) stands the run without faults.
//
// Thread rule: one owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/nodes/node_schedule.h"

namespace cutset::campaign::nodes {

class Ladder {
 public:
  Ladder(Element element, std::vector<Milliseconds> rungs, std::string fault_free);

  const Element& element() const { return element_; }
  size_t size() const { return rungs_.size(); }
  Milliseconds rung(size_t i) const { return rungs_[i]; }

  /// The next of the ends: the longest; the shortest, where it is no quieter than what is
  /// known already.
  std::optional<size_t> next_end() const;
  /// The middle of the widest gap between two rungs with different labels.
  std::optional<size_t> next_between() const;
  std::optional<size_t> next_untried() const;
  void record(size_t i, std::string label);

  bool tried(size_t i) const { return labels_[i].has_value(); }
  /// Both neighbours that were tried have this label; none where they differ.
  std::optional<std::string> label(size_t i) const;
  /// Elements with equal shapes of their ends are refined once.
  std::string shape() const;

 private:
  bool starts_harmless() const;

  Element element_;
  std::vector<Milliseconds> rungs_;
  std::vector<std::optional<std::string>> labels_;
  std::string fault_free_;
};

}  // namespace cutset::campaign::nodes
