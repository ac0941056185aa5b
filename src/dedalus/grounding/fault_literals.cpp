#include "dedalus/grounding/fault_literals.h"

#include <algorithm>

namespace cutset::dedalus {

FaultLiterals::FaultLiterals(const FailureSpec& spec, const campaign::FaultSpace& space,
                             GoalMaker& goals)
    : spec_(spec), goals_(goals) {
  for (uint32_t i = 0; i < space.faults.size(); ++i) {
    const campaign::ModelFault& fault = space.faults[i];
    if (fault.kind == campaign::ModelFault::Kind::kCrash) {
      crash_[{fault.from, fault.time}] = GoalMaker::fault(i);
    } else {
      omission_[{fault.from, fault.to, fault.time}] = GoalMaker::fault(i);
    }
  }
  for (NodeIndex node = 0; node < spec.nodes.size(); ++node) {
    std::vector<Literal> by_time{kFalse};
    for (int64_t time = 1; time <= spec.eot + 1; ++time) {
      const auto crash = crash_.find({node, time});
      by_time.push_back(crash == crash_.end()
                            ? by_time.back()
                            : goals_.either({by_time.back(), crash->second}));
    }
    crashed_by_.push_back(std::move(by_time));
  }
}

Literal FaultLiterals::crashes_at(NodeIndex node, int64_t time) {
  const auto found = crash_.find({node, time});
  if (found == crash_.end()) return kFalse;
  if (spec_.crashes < 2) return found->second;  // the budget excludes another
  return goals_.all_of({found->second, negation(crashed_by(node, time - 1))});
}

Literal FaultLiterals::crashed_by(NodeIndex node, int64_t time) {
  const std::vector<Literal>& by_time = crashed_by_[node];
  return by_time[std::clamp<size_t>(static_cast<size_t>(time), 0, by_time.size() - 1)];
}

Literal FaultLiterals::is_up(NodeIndex node, int64_t time) {
  return spec_.crash_model == CrashModel::kStop ? negation(crashed_by(node, time))
                                                : kTrue;
}

Literal FaultLiterals::delivered(NodeIndex from, NodeIndex to, int64_t time) {
  Premises premises;
  if (from != to) premises.push_back(negation(crashed_by(from, time)));
  if (spec_.crash_model == CrashModel::kStop) {
    premises.push_back(negation(crashed_by(to, time + 1)));
  }
  const auto omission = omission_.find({from, to, time});
  if (omission != omission_.end()) premises.push_back(negation(omission->second));
  return goals_.all_of(std::move(premises));
}

}  // namespace cutset::dedalus
