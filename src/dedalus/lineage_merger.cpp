#include "dedalus/lineage_merger.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::dedalus {

LineageMerger::LineageMerger(Simulator& simulator, const campaign::FaultSpace& space)
    : simulator_(simulator), space_(space) {
  lineage_.fault_count = static_cast<uint32_t>(space.faults.size());
  lineage_.node_count = 2 * lineage_.fault_count;
  lineage_.is_absence.assign(lineage_.node_count, 0);
  for (uint32_t i = 0; i < space.faults.size(); ++i) {
    const campaign::ModelFault& fault = space.faults[i];
    const auto time = static_cast<Time>(fault.time);
    if (fault.kind == campaign::ModelFault::Kind::kCrash) {
      crashes_[{fault.from, time}] = i;
    } else {
      omissions_[{fault.from, fault.to, time}] = i;
    }
  }
  for (size_t i = 0; i < simulator.outcomes().size(); ++i) {
    lineage_.outcomes.push_back(new_node());
  }
}

LineageMerger::Node LineageMerger::new_node(bool is_absence) {
  lineage_.is_absence.push_back(is_absence ? 1 : 0);
  return lineage_.node_count++;
}

void LineageMerger::rule(Node head, std::vector<Node> premises) {
  std::sort(premises.begin(), premises.end());
  premises.erase(std::unique(premises.begin(), premises.end()), premises.end());
  if (lineage_.is_absence[head] != 0) {
    // What would derive it needs itself first: no reason why it could be there.
    premises.erase(std::remove(premises.begin(), premises.end(), head), premises.end());
  } else if (std::binary_search(premises.begin(), premises.end(), head)) {
    return;
  }
  if (!known_.emplace(head, premises).second) return;
  lineage_.rules.push_back({head, std::move(premises), runs_});
}

std::optional<uint32_t> LineageMerger::omission(const Delivery& delivery) const {
  const auto found = omissions_.find({delivery.from, delivery.to, delivery.time});
  if (found == omissions_.end()) return std::nullopt;
  return found->second;
}

std::optional<uint32_t> LineageMerger::crash(NodeIndex node, Time time) const {
  const auto found = crashes_.find({node, time});
  if (found == crashes_.end()) return std::nullopt;
  return found->second;
}

/// The node has not crashed at this time or before.
LineageMerger::Node LineageMerger::up(NodeIndex node, Time time) {
  const auto [entry, is_new] = up_.try_emplace({node, time}, 0);
  if (!is_new) return entry->second;
  const Node result = entry->second = new_node();
  std::vector<Node> premises;
  if (const auto fault = crash(node, time)) {
    premises.push_back(lineage_.not_active(*fault));
  }
  if (time > 1) premises.push_back(up(node, time - 1));
  rule(result, std::move(premises));
  return result;
}

/// kNoNode: some node is up.
LineageMerger::Node LineageMerger::up_at(NodeIndex node, Time time) {
  if (node != kNoNode) return up(node, time);
  std::vector<Node> ways;
  for (NodeIndex each = 0; each < space_.nodes.size(); ++each) {
    ways.push_back(up(each, time));
  }
  return any_node(std::move(ways));
}

LineageMerger::Node LineageMerger::crashed(NodeIndex node, Time time) {
  const auto [entry, is_new] = crashed_.try_emplace({node, time}, 0);
  if (!is_new) return entry->second;
  const Node result = entry->second = new_node();
  if (const auto fault = crash(node, time)) rule(result, {lineage_.active(*fault)});
  if (time > 1) rule(result, {crashed(node, time - 1)});
  return result;
}

LineageMerger::Node LineageMerger::arrives(const Delivery& delivery) {
  const auto [entry, is_new] = arrives_.try_emplace(delivery, 0);
  if (!is_new) return entry->second;
  const Node result = entry->second = new_node();
  std::vector<Node> premises{up(delivery.from, delivery.time)};
  if (stops()) premises.push_back(up(delivery.to, delivery.time + 1));
  if (const auto fault = omission(delivery)) {
    premises.push_back(lineage_.not_active(*fault));
  }
  rule(result, std::move(premises));
  return result;
}

LineageMerger::Node LineageMerger::lost(const Delivery& delivery) {
  const auto [entry, is_new] = lost_.try_emplace(delivery, 0);
  if (!is_new) return entry->second;
  const Node result = entry->second = new_node();
  if (const auto fault = omission(delivery)) rule(result, {lineage_.active(*fault)});
  rule(result, {crashed(delivery.from, delivery.time)});
  if (stops()) rule(result, {crashed(delivery.to, delivery.time + 1)});
  return result;
}

/// crash(_, node, time) is there. Of two crashes of one node the later one is void.
LineageMerger::Node LineageMerger::crash_tuple(NodeIndex node, Time time) {
  const auto fault = crash(node, time);
  CHECK(fault);
  const Node result = new_node();
  std::vector<Node> premises{lineage_.active(*fault)};
  if (space_.crashes > 1 && time > 1) premises.push_back(up(node, time - 1));
  rule(result, std::move(premises));
  return result;
}

LineageMerger::Node LineageMerger::not_failed(NodeIndex node, Time time) {
  const auto fault = crash(node, time);
  std::vector<Node> ways;
  if (!fault) {
    const Node always = new_node();
    rule(always, {});
    return always;
  }
  ways.push_back(lineage_.not_active(*fault));
  if (space_.crashes > 1 && time > 1) ways.push_back(crashed(node, time - 1));
  return any_node(std::move(ways));
}

LineageMerger::Node LineageMerger::any_node(std::vector<Node> nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  if (nodes.size() == 1) return nodes.front();
  const auto [entry, is_new] = any_.try_emplace(nodes, 0);
  if (!is_new) return entry->second;
  const Node result = entry->second = new_node();
  for (const Node node : nodes) rule(result, {node});
  return result;
}

LineageMerger::Node LineageMerger::goal_node(const Goal& goal) {
  const auto [entry, is_new] = goals_.try_emplace(goal, 0);
  if (is_new) entry->second = new_node();
  if (met_.insert(entry->second).second) goals_waiting_.push_back(goal);
  return entry->second;
}

LineageMerger::Node LineageMerger::absence_node(const Absence& absence) {
  const auto [entry, is_new] = absences_.try_emplace(absence, 0);
  if (is_new) entry->second = new_node(true);
  if (met_.insert(entry->second).second) absences_waiting_.push_back(absence);
  return entry->second;
}

LineageMerger::Node LineageMerger::reason_node(const Reason& reason) {
  switch (reason.kind) {
    case Reason::Kind::kAbsent:
      return absence_node(reason.absence);
    case Reason::Kind::kPresent:
      return goal_node(reason.goal);
    case Reason::Kind::kLost:
      return lost(reason.delivery);
    case Reason::Kind::kNotFailed:
      return not_failed(reason.node, reason.time);
    case Reason::Kind::kDown:
      break;
  }
  if (reason.node != kNoNode) return crashed(reason.node, reason.time);
  const Node all = new_node();
  std::vector<Node> premises;
  for (NodeIndex node = 0; node < space_.nodes.size(); ++node) {
    premises.push_back(crashed(node, reason.time));
  }
  rule(all, std::move(premises));
  return all;
}

void LineageMerger::explain(const Run& run, const Goal& goal) {
  const Node head = goals_.at(goal);
  if (run.is_fact(goal)) {
    ModelFault fault;
    const bool of_crash = simulator_.crash_of(goal.tuple, fault);
    const auto is_active = [&] {
      const ModelFaultSet& faults = run.faults();
      return std::find(faults.begin(), faults.end(), fault) != faults.end();
    };
    if (of_crash && is_active()) {
      rule(head, {crash_tuple(fault.node, fault.time)});
    } else {
      rule(head, {});
    }
  }
  run.firings_of(goal, [&](const Firing& firing) {
    std::vector<Node> premises;
    for (const Goal& premise : firing.premises) premises.push_back(goal_node(premise));
    for (const Absence& absence : firing.absences) {
      premises.push_back(absence_node(absence));
    }
    if (firing.has_delivery) premises.push_back(arrives(firing.delivery));
    if (stops() && firing.step != Firing::Step::kAggregate) {
      const bool deductive =
          simulator_.program().rules[firing.rule].timing == Rule::Timing::kDeductive;
      premises.push_back(up_at(firing.location, deductive ? goal.time : goal.time - 1));
    }
    rule(head, std::move(premises));
  });
}

void LineageMerger::explain(const Run& run, const Absence& absence) {
  const Node head = absences_.at(absence);
  const Refutation refutation = run.why_absent(absence);
  std::vector<Node> premises;
  for (const std::vector<Reason>& clause : refutation.clauses) {
    std::vector<Node> reasons;
    for (const Reason& reason : clause) reasons.push_back(reason_node(reason));
    CHECK(!reasons.empty());
    premises.push_back(any_node(std::move(reasons)));
  }
  rule(head, std::move(premises));
}

void LineageMerger::add(const Run& run) {
  ++runs_;
  met_.clear();
  const RelationId pre = *simulator_.program().relation("pre");
  for (size_t i = 0; i < lineage_.outcomes.size(); ++i) {
    const TupleId outcome = simulator_.outcomes()[i];
    const Goal goal{outcome, simulator_.spec().eot};
    if (run.holds(goal)) {
      rule(lineage_.outcomes[i], {goal_node(goal)});
      continue;
    }
    const Absence excuse{simulator_.pattern(pre, simulator_.values_of(outcome)),
                         simulator_.spec().eot,
                         {}};
    if (run.holds(excuse)) rule(lineage_.outcomes[i], {absence_node(excuse)});
  }
  while (!goals_waiting_.empty() || !absences_waiting_.empty()) {
    if (!goals_waiting_.empty()) {
      const Goal goal = goals_waiting_.back();
      goals_waiting_.pop_back();
      explain(run, goal);
    } else {
      const Absence absence = absences_waiting_.back();
      absences_waiting_.pop_back();
      explain(run, absence);
    }
  }
}

}  // namespace cutset::dedalus
