#include "campaign/nodes/node_sets.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/check.h"
#include "campaign/nodes/node_mechanism.h"
#include "solver/cut_search.h"
#include "solver/dag_builder.h"

namespace cutset::campaign::nodes {

namespace {

using solver::Child;

/// By what means a fault takes something.
int means(Mode mode) {
  if (is_of_links(mode)) return 0;
  return mode == Mode::kPause ? 1 : 2;
}

bool takes_somehow(const EvidenceBase& evidence, const NodeFault& fault,
                   const Premise& premise) {
  return evidence.takes(fault, true, premise) || evidence.takes(fault, false, premise);
}

class Question {
 public:
  Question(const NodeSpace& space, const EvidenceBase& evidence,
           const std::vector<NodeFault>& faults, SupportUse use)
      : space_(space),
        evidence_(evidence),
        faults_(faults),
        use_(use),
        builder_(static_cast<uint32_t>(faults.size())) {}

  /// `dead`: sets of which no order is worth a run; larger ones may have one that is.
  solver::FaultGraph graph(const std::vector<std::vector<solver::FaultId>>& dead) {
    for (const Evidence& run : evidence_.all()) {
      std::vector<solver::FaultId> here;
      if (find(run.schedule, &here)) runs_.push_back({&run, std::move(here)});
    }
    for (solver::FaultId id = 0; id < faults_.size(); ++id) {
      const NodeSchedule alone = single(faults_[id]);
      if (evidence_.find(alone) != nullptr) continue;
      if (const Evidence* like = evidence_.find_like(alone))
        runs_.push_back({like, {id}});
    }
    std::vector<Child> speaks;
    for (const Run& run : runs_) {
      if (is_broken(run.evidence->run.verdict)) {
        // One fault: whatever is added, it is broken already. Of several, the order
        // decides.
        if (run.faults.size() == 1) speaks.push_back(solver::enabled_by(run.faults[0]));
      } else {
        speaks.push_back(speaks_for(run));
      }
    }
    for (solver::FaultId a = 0; a < faults_.size(); ++a) {
      for (solver::FaultId b = a + 1; b < faults_.size(); ++b) {
        if (space_.admits(faults_[a], faults_[b])) continue;
        const Child both[] = {solver::enabled_by(a), solver::enabled_by(b)};
        speaks.push_back(builder_.and_gate(both, 0));
      }
    }
    for (const std::vector<solver::FaultId>& set : dead) {
      std::vector<Child> exactly;
      for (solver::FaultId fault = 0; fault < faults_.size(); ++fault) {
        const bool in = std::binary_search(set.begin(), set.end(), fault);
        exactly.push_back(in ? solver::enabled_by(fault) : fault);
      }
      speaks.push_back(builder_.and_gate(exactly, 0));
    }
    solver::FaultGraph graph;
    graph.dag = builder_.finish(builder_.or_gate(speaks, false, 0));
    for (const NodeFault& fault : faults_) {
      solver::FaultTable::Description description;
      description.kind = graph.faults.kind(mode_name(fault.element.mode));
      graph.faults.add(description);
    }
    return graph;
  }

 private:
  struct Run {
    const Evidence* evidence;
    std::vector<solver::FaultId> faults;  // ascending
  };

  bool find(const NodeSchedule& schedule, std::vector<solver::FaultId>* ids) const {
    for (const NodeFault& fault : schedule.faults()) {
      const auto found = std::find(faults_.begin(), faults_.end(), fault);
      if (found == faults_.end()) return false;
      ids->push_back(static_cast<solver::FaultId>(found - faults_.begin()));
    }
    std::sort(ids->begin(), ids->end());
    return true;
  }

  Child speaks_for(const Run& run) {
    std::vector<Child> all;
    for (const solver::FaultId fault : run.faults)
      all.push_back(solver::enabled_by(fault));
    for (const Run& larger : runs_) {
      if (is_broken(larger.evidence->run.verdict)) continue;
      if (larger.faults.size() <= run.faults.size() ||
          !std::includes(larger.faults.begin(), larger.faults.end(), run.faults.begin(),
                         run.faults.end()))
        continue;
      std::vector<Child> missing;  // a fault of the larger run is not in the set
      std::set_difference(larger.faults.begin(), larger.faults.end(), run.faults.begin(),
                          run.faults.end(), std::back_inserter(missing));
      all.push_back(builder_.or_gate(missing, false, 0));
    }
    for (const WriteClass& writes : run.evidence->run.classes)
      all.push_back(can_be_read(writes));
    return builder_.and_gate(all, 0);
  }

  Child can_be_read(const WriteClass& writes) {
    std::vector<Child> any;
    for (const Support& support : writes.supports) {
      const std::vector<Premise> premises = needed_by(support, use_);
      if (premises.empty()) continue;
      std::vector<Child> needed;
      for (const Premise& premise : premises) {
        for (solver::FaultId fault = 0; fault < faults_.size(); ++fault) {
          if (takes_somehow(evidence_, faults_[fault], premise)) needed.push_back(fault);
        }
      }
      any.push_back(builder_.and_gate(needed, 0));
    }
    return builder_.or_gate(any, false, 0);
  }

  const NodeSpace& space_;
  const EvidenceBase& evidence_;
  const std::vector<NodeFault>& faults_;
  SupportUse use_;
  solver::DagBuilder builder_;
  std::vector<Run> runs_;
};

struct Ends {
  std::optional<NodeFault> shortest;
  std::optional<NodeFault> longest;
};

std::set<Premise> premises_seen(const EvidenceBase& evidence, SupportUse use) {
  std::set<Premise> premises;
  for (const Evidence& run : evidence.all()) {
    if (is_broken(run.run.verdict)) continue;
    for (const WriteClass& writes : run.run.classes) {
      for (const Support& support : writes.supports) {
        const std::vector<Premise> needed = needed_by(support, use);
        premises.insert(needed.begin(), needed.end());
      }
    }
  }
  return premises;
}

/// A node that has its copies again is not like one that stays away or starts empty: what
/// it does with them may depend on whom it hears.
bool came_back_with_copies(const Evidence& run, const Place& node) {
  const auto& classes = run.run.classes;
  return std::any_of(classes.begin(), classes.end(), [&](const WriteClass& writes) {
    return writes.acknowledged.begun == 0 &&
           std::any_of(writes.supports.begin(), writes.supports.end(),
                       [&](const Support& support) {
                         return !support.supposed.empty() &&
                                support.holder.role == node.role &&
                                support.holder.member == node.member;
                       });
  });
}

/// The kind of a single fault that held; "" for others, and for those that take nothing
/// that was ever needed.
std::string kind_of(const EvidenceBase& evidence, const std::set<Premise>& premises,
                    const NodeFault& fault) {
  const Evidence* run = evidence.find_like(single(fault));
  if (run == nullptr || is_broken(run->run.verdict)) return "";
  const Element& element = fault.element;
  std::string key =
      element.at.text() + "\n" + (is_cut(element.mode) ? element.other.text() : "") +
      "\n" + std::to_string(means(element.mode)) + "\n" +
      std::string(verdict_name(run->run.verdict)) + "\n" + signature_of(run->run) + "\n";
  // Whether writes are acknowledged in the window decides what may follow in it.
  const auto& classes = run->run.classes;
  if (!loses_state(element.mode) &&
      std::any_of(classes.begin(), classes.end(), [](const WriteClass& writes) {
        return writes.acknowledged == Phase{1, true};
      }))
    key += "writes go on\n";
  if (loses_state(element.mode) && came_back_with_copies(*run, element.at))
    key += "comes back with its copies\n";
  bool useful = false;
  for (const Premise& premise : premises) {
    for (const bool before : {true, false}) {
      const bool taken = evidence.takes(fault, before, premise);
      useful |= taken;
      key += taken ? '1' : '0';
    }
  }
  return useful ? key : "";
}

/// Rungs that were not tried are of the kind of both their neighbours, if that is one; if
/// the shortest that was tried changed nothing, shorter ones change nothing either.
std::vector<std::string> kinds_of_rungs(const EvidenceBase& evidence,
                                        const std::set<Premise>& premises,
                                        const Element& element,
                                        const std::vector<Milliseconds>& rungs) {
  std::vector<std::string> keys;
  std::vector<bool> tried;
  for (const Milliseconds rung : rungs) {
    tried.push_back(evidence.find(single({element, rung})) != nullptr);
    keys.push_back(tried.back() ? kind_of(evidence, premises, {element, rung}) : "");
  }
  std::optional<size_t> below;
  for (size_t i = 0; i < rungs.size(); ++i) {
    if (!tried[i]) continue;
    const Evidence* here = evidence.find(single({element, rungs[i]}));
    const bool quiet = !loses_state(element.mode) && !is_broken(here->run.verdict) &&
                       signature_of(here->run) == signature_of(evidence.find({})->run);
    if (below ? keys[*below] == keys[i] : quiet) {
      for (size_t k = below ? *below + 1 : 0; k < i; ++k) keys[k] = keys[i];
    }
    below = i;
  }
  return keys;
}

/// A schedule of the same kinds of faults in the same order is broken: this one is the
/// same finding with other durations or modes.
bool is_like_violated(const EvidenceBase& evidence, const std::set<Premise>& premises,
                      const NodeSchedule& schedule) {
  const auto kinds = [&](const NodeSchedule& each) {
    std::string key;
    for (const NodeStep& step : each.steps) {
      std::set<std::string> all;
      for (const NodeFault& fault : step.faults) {
        const std::string kind = kind_of(evidence, premises, fault);
        all.insert(kind.empty() ? fault.text() : kind);
      }
      key += step.relation == Relation::kAfter ? "after\n" : "during\n";
      for (const std::string& kind : all) key += kind + "\n";
    }
    return key;
  };
  const std::string wanted = kinds(schedule);
  return std::any_of(
      evidence.all().begin(), evidence.all().end(), [&](const Evidence& run) {
        return is_broken(run.run.verdict) && run.schedule.size() == schedule.size() &&
               kinds(run.schedule) == wanted;
      });
}

/// The first order of the set that may break the outcome and was not tried.
std::optional<NodeSchedule> worth_a_run(const NodeSpace& space,
                                        const EvidenceBase& evidence,
                                        const std::vector<NodeFault>& set, SupportUse use,
                                        bool all) {
  const std::set<Premise> premises = premises_seen(evidence, use);
  for (const NodeSchedule& order : orders_of(set)) {
    NodeSchedule canonical = space.canonical(order);
    if (space.admits(canonical) && !evidence.is_settled(canonical) &&
        evidence.may_happen(order) && !evidence.contains_violated(canonical) &&
        evidence.may_break(order, use) &&
        (all || !is_like_violated(evidence, premises, order)))
      return canonical;
  }
  return std::nullopt;
}

}  // namespace

std::vector<NodeFault> representatives(const NodeSpace& space,
                                       const EvidenceBase& evidence, SupportUse use,
                                       bool all) {
  const std::set<Premise> premises = premises_seen(evidence, use);
  std::map<std::string, Ends> kinds;
  for (const Element& element : space.elements()) {
    const std::vector<Milliseconds> rungs = space.rungs(element);
    const std::vector<std::string> keys =
        kinds_of_rungs(evidence, premises, element, rungs);
    for (size_t i = 0; i < rungs.size(); ++i) {
      if (keys[i].empty()) continue;
      const NodeFault fault{element, rungs[i]};
      Ends& ends = kinds[all ? fault.text() : keys[i]];
      if (!ends.shortest || fault.duration < ends.shortest->duration)
        ends.shortest = fault;
      if (!ends.longest || fault.duration > ends.longest->duration) ends.longest = fault;
    }
  }
  std::set<NodeFault> result;
  for (const auto& [key, ends] : kinds) {
    result.insert(*ends.shortest);
    // A node that is back soon is in the way of what follows; a window that lasts leaves
    // the most time for it.
    if (!loses_state(ends.longest->element.mode)) result.insert(*ends.longest);
  }
  return {result.begin(), result.end()};
}

std::vector<NodeSchedule> orders_of(const std::vector<NodeFault>& faults) {
  std::vector<NodeSchedule> orders;
  const std::vector<NodeFault>& all = faults;
  // The step of each fault; every number up to the largest one is used.
  std::vector<size_t> step(all.size(), 0);
  const auto add = [&] {
    const size_t steps = *std::max_element(step.begin(), step.end()) + 1;
    std::vector<NodeStep> made(steps);
    for (size_t i = 0; i < all.size(); ++i) made[step[i]].faults.push_back(all[i]);
    for (const NodeStep& each : made) {
      if (each.faults.empty()) return;
    }
    for (uint32_t after = 0; after < (1U << (steps - 1)); ++after) {
      std::vector<NodeStep> related = made;
      for (size_t i = 1; i < steps; ++i) {
        related[i].relation =
            (after >> (i - 1) & 1U) != 0 ? Relation::kAfter : Relation::kDuring;
      }
      orders.push_back(make_schedule(std::move(related)));
    }
  };
  while (true) {
    add();
    size_t i = 0;
    while (i < step.size() && ++step[i] == all.size()) step[i++] = 0;
    if (i == step.size()) break;
  }
  std::stable_sort(orders.begin(), orders.end(),
                   [](const NodeSchedule& a, const NodeSchedule& b) {
                     return a.steps.size() < b.steps.size();
                   });
  return orders;
}

namespace {

Choice choose(const NodeSpace& space, const EvidenceBase& evidence,
              const std::vector<NodeFault>& faults, SupportUse use, bool all,
              DeadSets* dead) {
  Choice choice;
  const size_t most = space.model().most_faults;
  // Sets that larger ones may contain; those of the largest size are only passed over.
  std::set<std::vector<solver::FaultId>> closed;
  for (const std::vector<NodeFault>& set : *dead) {
    std::vector<solver::FaultId> ids;
    for (const NodeFault& fault : set) {
      const auto found = std::lower_bound(faults.begin(), faults.end(), fault);
      if (found != faults.end() && *found == fault)
        ids.push_back(static_cast<solver::FaultId>(found - faults.begin()));
    }
    if (ids.size() == set.size() && set.size() < most) closed.insert(ids);
  }
  size_t known = 0;
  do {
    known = closed.size();
    const solver::FaultGraph graph =
        Question(space, evidence, faults, use).graph({closed.begin(), closed.end()});
    solver::SearchOptions options;
    options.budget.total = static_cast<uint32_t>(most);
    solver::CutSearch search(graph, options);
    CHECK(search.check().ok());
    while (const std::optional<solver::FoundSet> found = search.next()) {
      ++choice.sets;
      std::vector<NodeFault> set;
      for (const solver::FaultId id : found->faults) set.push_back(faults[id]);
      if (set.size() > 1 && dead->count(set) == 0)
        choice.schedule = worth_a_run(space, evidence, set, use, all);
      if (choice.schedule) return choice;
      dead->insert(set);
      if (set.size() < most) closed.insert(found->faults);
    }
  } while (closed.size() > known);
  return choice;
}

}  // namespace

Choice next_schedule(const NodeSpace& space, const EvidenceBase& evidence,
                     const std::vector<NodeFault>& faults, SupportUse use, bool all,
                     DeadSets* dead) {
  if (faults.empty()) return {};
  Choice choice = choose(space, evidence, faults, use, all, dead);
  if (choice.schedule || dead->empty()) return choice;
  dead->clear();
  return choose(space, evidence, faults, use, all, dead);
}

}  // namespace cutset::campaign::nodes
