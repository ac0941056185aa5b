// Which schedules there are: elements, ladders of durations, the budget. The closing
// statement of a campaign is relative to this model.
//
// Thread rule: values; pure functions.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "campaign/nodes/node_experimenter.h"
#include "campaign/nodes/node_schedule.h"

namespace cutset::campaign::nodes {

struct NodeModel {
  std::vector<Mode> modes = {
      Mode::kIsolate, Mode::kIsolateOut, Mode::kIsolateIn, Mode::kIsolateWithClients,
      Mode::kCut,     Mode::kCutOneWay,  Mode::kCrash,     Mode::kRestart,
      Mode::kPause};
  std::vector<Milliseconds> ladder = ladder_around(Milliseconds(1000));  // ascending
  size_t most_faults = 2;
  /// At most so many nodes are touched by the faults of a schedule (a link touches one of
  /// its ends); 0: a minority of all nodes.
  size_t most_nodes = 0;
  /// Nodes of one role can be exchanged: of schedules that are equal up to that, one is
  /// tried.
  bool symmetric = true;

  /// Rungs around a time-out of the system: half of it to five times it.
  static std::vector<Milliseconds> ladder_around(Milliseconds timeout);
};

/// The model on the nodes of a system.
class NodeSpace {
 public:
  NodeSpace(NodeModel model, NodeRoles roles);

  const NodeModel& model() const { return model_; }
  const NodeRoles& roles() const { return roles_; }
  const std::vector<Place>& nodes() const { return nodes_; }
  size_t most_nodes() const { return most_nodes_; }
  /// All elements, of every member; links both ways once.
  const std::vector<Element>& elements() const { return elements_; }
  /// Rungs of an element: the ladder, or {0} for what has no duration.
  std::vector<Milliseconds> rungs(const Element& element) const;
  /// Every fault of the space.
  std::vector<NodeFault> faults() const;

  /// Within the budget, and no element or kind of fault is used twice at one place.
  bool admits(const NodeSchedule& schedule) const;
  /// May these two stand in one schedule at all?
  bool admits(const NodeFault& a, const NodeFault& b) const;

  /// The first of all schedules that are equal up to exchanging nodes of a role.
  NodeSchedule canonical(const NodeSchedule& schedule) const;
  using Renaming = std::vector<std::pair<Place, Place>>;
  /// All exchanges of nodes, the identity first.
  const std::vector<Renaming>& renamings() const { return renamings_; }

  using Link = std::pair<Place, Place>;
  /// What the fault keeps from being carried while its window is open.
  std::set<Link> links(const Element& element) const;

  /// `whole` has `part`'s faults in `part`'s order, or faults that take away the same
  /// links: isolation is the cut of all links.
  bool contains(const NodeSchedule& whole, const NodeSchedule& part) const;

 private:
  void make_elements();
  void make_renamings();
  size_t touched(const std::vector<NodeFault>& faults) const;

  NodeModel model_;
  NodeRoles roles_;
  std::vector<Place> nodes_;
  std::vector<Element> elements_;
  std::vector<Renaming> renamings_;
  size_t most_nodes_ = 1;
};

Place renamed(const Place& place, const NodeSpace::Renaming& renaming);
NodeSchedule renamed(const NodeSchedule& schedule, const NodeSpace::Renaming& renaming);

}  // namespace cutset::campaign::nodes
