// Matching a rule's premises with possible tuples.
#include "dedalus/grounding/grounder.h"

namespace cutset::dedalus {

void Grounder::key_of(const JoinStep& step, const std::vector<Value>& bound,
                      std::vector<Value>& key) const {
  key.assign(step.columns.size(), 0);
  for (size_t i = 0; i < key.size(); ++i) {
    const JoinColumn& column = step.columns[i];
    if (column.kind == JoinColumn::Kind::kValue) key[i] = column.value;
    if (column.kind == JoinColumn::Kind::kVariable) key[i] = bound[column.variable];
  }
}

/// Binds what the step binds. Requires: the masked columns match.
bool Grounder::bind(const JoinStep& step, PossibleId tuple,
                    std::vector<Value>& bound) const {
  const std::span<const Value> values = tuples_.columns(tuple);
  for (size_t i = 0; i < values.size(); ++i) {
    const JoinColumn& column = step.columns[i];
    if (column.kind == JoinColumn::Kind::kBind) bound[column.variable] = values[i];
    if (column.kind == JoinColumn::Kind::kSame && bound[column.variable] != values[i]) {
      return false;
    }
  }
  return true;
}

bool Grounder::conditions_hold(const Rule& rule, const std::vector<uint32_t>& conditions,
                               const std::vector<Value>& bound) {
  for (const uint32_t condition : conditions) {
    const std::optional<Value> value =
        evaluate(rule.conditions[condition].expression, bound, values_);
    if (!value || *value == values_.number(0)) return false;
  }
  return true;
}

void Grounder::join(const JoinPlan& plan, size_t at, Match& match, size_t delta,
                    PossibleId old_end, PossibleId end) {
  if (at == plan.steps.size()) return fire(match);
  const Rule& rule = program_.rules[match.rule];
  const JoinStep& step = plan.steps[at];
  const Premise& premise = rule.premises[step.premise];
  const int64_t time = premise.at.value_or(match.time);
  const bool recursive = is_recursive(rule, premise, match.time);
  PossibleId from = 0;
  PossibleId to = UINT32_MAX;
  if (recursive) {
    from = step.premise == delta ? old_end : 0;
    to = delta < rule.premises.size() && step.premise < delta ? old_end : end;
  }
  std::vector<Value> key;
  key_of(step, match.bound, key);
  // The list may grow while rules fire; what is new is of the next round.
  const std::vector<PossibleId>& candidates =
      tuples_.matching(tuples_.table(premise.relation, time), step.mask, key);
  const size_t count = candidates.size();
  for (size_t i = 0; i < count && !is_over(); ++i) {
    const PossibleId id = candidates[i];
    if (id < from || id >= to || !tuples_.matches(id, step.mask, key)) continue;
    // Only facts are there before their time; and what turned out to be impossible.
    const PossibleTuple& tuple = tuples_[id];
    if (tuple.is_final ? tuple.literal == kFalse : !recursive) continue;
    if (!bind(step, id, match.bound)) continue;
    if (!conditions_hold(rule, step.conditions, match.bound)) continue;
    match.tuples[step.premise] = id;
    join(plan, at + 1, match, delta, old_end, end);
  }
}

}  // namespace cutset::dedalus
