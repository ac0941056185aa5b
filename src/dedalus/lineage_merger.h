// The lineage of runs, merged goal by goal: a firing that one run showed holds in every
// run in which its premises, absences and message are there; a refutation in every run in
// which each of its clauses has a reason (evaluation/provenance.h).
//
// Of each run, what its outcomes need is followed down to faults: of a goal that holds
// all its firings, of an absence what could have derived it and why it did not. So after
// a run under F that held, the merged lineage derives every outcome under F: each goal
// met has a first firing in the order in which the run derived it, each absence a reason
// for each clause, and time, strata and rounds decrease on the way.
//
// Thread rule: one owner; `simulator` must outlive it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "campaign/lineage_experimenter.h"
#include "dedalus/evaluation/simulator.h"

namespace cutset::dedalus {

class LineageMerger {
 public:
  using Node = campaign::Lineage::Node;

  LineageMerger(Simulator& simulator, const campaign::FaultSpace& space);

  /// What a run shows; of an outcome that is broken in it, nothing.
  void add(const Run& run);
  const campaign::Lineage& lineage() const { return lineage_; }

 private:
  Node new_node(bool is_absence = false);
  void rule(Node head, std::vector<Node> premises);
  Node goal_node(const Goal& goal);
  Node absence_node(const Absence& absence);
  Node any_node(std::vector<Node> nodes);
  Node up(NodeIndex node, Time time);
  Node up_at(NodeIndex node, Time time);
  Node crashed(NodeIndex node, Time time);
  Node arrives(const Delivery& delivery);
  Node lost(const Delivery& delivery);
  Node reason_node(const Reason& reason);
  Node not_failed(NodeIndex node, Time time);
  Node crash_tuple(NodeIndex node, Time time);
  bool stops() const { return simulator_.spec().crash_model == CrashModel::kStop; }
  std::optional<uint32_t> omission(const Delivery& delivery) const;
  std::optional<uint32_t> crash(NodeIndex node, Time time) const;

  void explain(const Run& run, const Goal& goal);
  void explain(const Run& run, const Absence& absence);

  Simulator& simulator_;
  const campaign::FaultSpace& space_;
  campaign::Lineage lineage_;
  uint32_t runs_ = 0;
  std::set<std::pair<Node, std::vector<Node>>> known_;  // rules
  std::map<Goal, Node> goals_;
  std::map<Absence, Node> absences_;
  std::map<std::vector<Node>, Node> any_;
  std::map<std::pair<NodeIndex, Time>, Node> up_;
  std::map<std::pair<NodeIndex, Time>, Node> crashed_;
  std::map<Delivery, Node> arrives_;
  std::map<Delivery, Node> lost_;
  std::map<std::tuple<NodeIndex, NodeIndex, Time>, uint32_t> omissions_;
  std::map<std::pair<NodeIndex, Time>, uint32_t> crashes_;
  // Of the run that is added:
  std::set<Node> met_;
  std::vector<Goal> goals_waiting_;
  std::vector<Absence> absences_waiting_;
};

}  // namespace cutset::dedalus
