// CutSearch while its model changes.
#include <algorithm>

#include "base/check.h"
#include "solver/search_engine.h"

namespace cutset::solver {

void CutSearch::Engine::block(const FaultSet& violated) {
  given_.block(violated);
}

void CutSearch::Engine::learn(Child goal, std::vector<Child> premises) {
  start();
  end_pause();
  premises.erase(std::remove(premises.begin(), premises.end(), kTrue), premises.end());
  const bool useless =
      std::find(premises.begin(), premises.end(), kFalse) != premises.end();
  if (useless) return;
  if (least_sets_) return learn_of_least(goal, std::move(premises));
  if (instances_.empty()) return;
  for (const Child premise : premises) goals_of_premise_[premise].push_back(goal);
  additions_.add(goal, std::move(premises));
  if (!given_.all_shared()) {
    std::vector<FaultSet> sets;
    for (const Offer& given : given_list_) sets.push_back(given.set.faults);
    given_.share_all(sets);
  }
  const std::vector<uint32_t> touched = instances_above(goal);
  if (touched.empty()) return;
  refute_least();
  for (const uint32_t instance : touched) rebuild(instance);
  // What was dropped for a set that may not cut any more is looked at again; touched
  // instances find theirs anew.
  const auto is_touched = [&touched](uint32_t instance) {
    return std::binary_search(touched.begin(), touched.end(), instance);
  };
  for (Offer& offer : dropped_) {
    if (is_touched(offer.instance)) continue;
    catch_up_[static_cast<uint32_t>(offer.set.faults.size())].offers.push_back(
        std::move(offer));
  }
  dropped_.clear();
  for (auto& [size, again] : catch_up_) {
    again.offers.erase(std::remove_if(again.offers.begin(), again.offers.end(),
                                      [&is_touched](const Offer& offer) {
                                        return is_touched(offer.instance);
                                      }),
                       again.offers.end());
  }
  const uint32_t done = size_open_ ? size_ + 1 : size_;
  for (uint32_t size = 0; size < done; ++size) {
    std::vector<uint32_t>& instances = catch_up_[size].instances;
    for (const uint32_t instance : touched) {
      if (std::find(instances.begin(), instances.end(), instance) == instances.end()) {
        instances.push_back(instance);
      }
    }
  }
  ending_ = Ending::kNone;
}

/// While the smallest sets are given, no conjunct is solved yet.
void CutSearch::Engine::learn_of_least(Child goal, std::vector<Child> premises) {
  for (const Child premise : premises) goals_of_premise_[premise].push_back(goal);
  least_sets_->learn(goal, premises);
  additions_.add(goal, std::move(premises));
  std::vector<Offer> still;
  for (Offer& given : given_list_) {
    if (least_sets_->cuts(given.set.faults)) {
      still.push_back(std::move(given));
    } else {
      given_.refute(given.set.faults);
    }
  }
  given_list_ = std::move(still);
}

/// Those given before there were instances: the instances that they cut have them too, so
/// that they come again, as given, while they cut.
void CutSearch::Engine::refute_least() {
  std::vector<Offer> others;
  for (Offer& given : given_list_) {
    if (given.instance == kFromKernel) {
      given_.refute(given.set.faults);
    } else {
      others.push_back(std::move(given));
    }
  }
  given_list_ = std::move(others);
}

/// The instances whose cone has the goal, ascending.
std::vector<uint32_t> CutSearch::Engine::instances_above(Child goal) {
  if (!parents_) {
    parents_ = std::make_unique<Parents>(graph_.dag);
    for (uint32_t i = 0; i < instances_.size(); ++i) {
      for (const Child root : instances_[i].roots) instances_of_root_[root].push_back(i);
    }
  }
  std::vector<uint32_t> result;
  std::unordered_map<Child, bool> met{{goal, true}};  // looked up, never iterated
  std::vector<Child> waiting{goal};
  const auto meet = [&](Child child) {
    if (met.emplace(child, true).second) waiting.push_back(child);
  };
  while (!waiting.empty()) {
    const Child child = waiting.back();
    waiting.pop_back();
    if (const auto found = instances_of_root_.find(child);
        found != instances_of_root_.end()) {
      result.insert(result.end(), found->second.begin(), found->second.end());
    }
    for (const GateId gate : parents_->of(child)) meet(graph_.dag.child_of(gate));
    if (const auto found = goals_of_premise_.find(child);
        found != goals_of_premise_.end()) {
      for (const Child above : found->second) meet(above);
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// The instance gets a class of its own, made from the graph as it is now.
void CutSearch::Engine::rebuild(uint32_t which) {
  Instance& instance = instances_[which];
  ConeWalk walk(additions_, nullptr);
  Cone cone;
  if (instance.is_shared()) {
    walk.walk_all(instance.roots, cone);
  } else {
    walk.walk(instance.roots.front(), kMostNodes, cone);
  }
  Dag dag = dag_of(cone);
  refute_given(which, dag, cone.faults);
  if (--users_[instance.cone_class] == 0) classes_[instance.cone_class].reset();
  instance.cone_class = add_class(std::move(dag), cone.faults);
  ++users_[instance.cone_class];
  instance.first_fault = static_cast<uint32_t>(faults_.size());
  faults_.insert(faults_.end(), cone.faults.begin(), cone.faults.end());
}

/// Sets that the instance gave may not cut it any more.
void CutSearch::Engine::refute_given(uint32_t instance, const Dag& dag,
                                     const std::vector<FaultId>& faults) {
  std::unordered_map<FaultId, FaultId> slot;  // looked up, never iterated
  for (FaultId i = 0; i < faults.size(); ++i) slot[faults[i]] = i;
  const Parents parents(dag);
  DagEvaluator evaluator(dag, parents);
  FaultSet local;
  for (const Offer& given : given_list_) {
    if (given.instance != instance) continue;
    local.clear();
    for (const FaultId fault : given.set.faults) {
      if (const auto found = slot.find(fault); found != slot.end()) {
        local.push_back(found->second);
      }
    }
    if (!evaluator.cuts(local)) given_.refute(given.set.faults);
  }
}

/// The smallest first: what it gives may stand in the way of larger ones.
std::optional<FoundSet> CutSearch::Engine::next_to_catch_up() {
  while (!catch_up_.empty()) {
    const uint32_t size = catch_up_.begin()->first;
    CatchUp& again = catch_up_.begin()->second;
    if (!again.instances.empty()) {
      const uint32_t instance = again.instances.back();
      const uint32_t its_class = instances_[instance].cone_class;
      if (!again.stream || again.stream_class != its_class) {
        again.stream = stream_of(instance, size);
        again.stream_class = its_class;
      }
      const Progress progress = again.stream->fill();
      if (progress == Progress::kStopped) {
        ending_ = Ending::kStopped;
        return std::nullopt;
      }
      if (progress == Progress::kNoneLeft) {
        again.stream.reset();
        again.instances.pop_back();
        continue;
      }
      Offer offer{again.stream->take(), instance};
      if (std::optional<FoundSet> found = judged(std::move(offer))) return found;
    } else if (!again.offers.empty()) {
      Offer offer = std::move(again.offers.back());
      again.offers.pop_back();
      if (std::optional<FoundSet> found = judged(std::move(offer))) return found;
    } else {
      catch_up_.erase(catch_up_.begin());
    }
  }
  return std::nullopt;
}

}  // namespace cutset::solver
