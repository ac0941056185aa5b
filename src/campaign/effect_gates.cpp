#include "campaign/effect_gates.h"

#include <algorithm>

namespace cutset::campaign {

using solver::Child;

EffectGates::EffectGates(const Model& model, const Composition& composition,
                         solver::DerivationGates& gates, solver::DagBuilder& builder)
    : builder_(builder) {
  std::map<std::pair<int, int>, size_t> most;
  for (const auto& [pair, judged] : model.judged()) {
    for (const auto& [effect, count] : pair.second) {
      most[effect] = std::max(most[effect], static_cast<size_t>(count));
    }
  }
  for (const ExecutedCall& call : composition.executed) {
    Counter& counter = counters_[call.effect];
    if (counter.at_least.empty()) {
      counter.at_least.assign(most[call.effect] + 1, solver::kFalse);
      counter.fewer.assign(most[call.effect] + 1, solver::kTrue);
    }
    for (int i = 0; i < call.copies; ++i)
      add(counter, gates.holds(call.executed), gates.fails(call.executed));
  }
}

void EffectGates::add(Counter& counter, Child executed, Child not_executed) {
  for (size_t i = counter.at_least.size(); i-- > 0;) {
    Child one_more = executed;
    Child not_more = not_executed;
    if (i > 0) {
      one_more = builder_.and_gate(std::vector{counter.at_least[i - 1], executed}, 0);
      not_more =
          builder_.or_gate(std::vector{counter.fewer[i - 1], not_executed}, false, 0);
    }
    counter.at_least[i] =
        builder_.or_gate(std::vector{counter.at_least[i], one_more}, false, 0);
    counter.fewer[i] = builder_.and_gate(std::vector{counter.fewer[i], not_more}, 0);
  }
}

size_t EffectGates::count(const Effects& effects, const std::pair<int, int>& effect) {
  const auto found = effects.find(effect);
  return found == effects.end() ? 0 : static_cast<size_t>(found->second);
}

bool EffectGates::counts_all(const Effects& effects) const {
  return std::all_of(effects.begin(), effects.end(), [this](const auto& each) {
    return each.second <= 0 || counters_.count(each.first) > 0;
  });
}

Child EffectGates::are(const Effects& effects) {
  if (!counts_all(effects)) return solver::kFalse;
  std::vector<Child> all;
  for (const auto& [effect, counter] : counters_) {
    const size_t times = count(effects, effect);
    if (times > 0) all.push_back(counter.at_least[times - 1]);
    all.push_back(counter.fewer[times]);
  }
  return builder_.and_gate(all, 0);
}

Child EffectGates::are_not(const Effects& effects) {
  if (!counts_all(effects)) return solver::kTrue;
  std::vector<Child> any;
  for (const auto& [effect, counter] : counters_) {
    const size_t times = count(effects, effect);
    if (times > 0) any.push_back(counter.fewer[times - 1]);
    any.push_back(counter.at_least[times]);
  }
  return builder_.or_gate(any, false, 0);
}

}  // namespace cutset::campaign
