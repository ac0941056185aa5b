#include "dedalus/evaluation/firing_reader.h"

#include <algorithm>

namespace cutset::dedalus {

bool matches(std::span<const Value> pattern, std::span<const Value> words) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == kAnyValue || pattern[i] == words[i]) continue;
    if (pattern[i] < kFirstMark || words[pattern[i] - kFirstMark] != words[i])
      return false;
  }
  return true;
}

void FiringReader::read(const Step& step, uint32_t at, Time time, Firing& firing) {
  const uint32_t* words = step.firings.data() + at;
  firing.premises.clear();
  firing.absences.clear();
  firing.location = kNoNode;
  firing.has_delivery = false;
  firing.delivery = {};
  firing.head = {words[1], time};
  if ((words[0] & kAggregationFlag) != 0) {
    read_aggregation(words, time, firing);
  } else {
    read_rule(words, time, firing);
  }
}

void FiringReader::read_aggregation(const uint32_t* words, Time time, Firing& firing) {
  const CompiledAggregation& aggregation =
      machine_.compiled.aggregations[words[0] & ~kAggregationFlag];
  firing.rule = aggregation.rule;
  firing.step = Firing::Step::kAggregate;
  const uint32_t* premises = words + kFiringHeader;
  for (uint32_t i = 0; i < words[3]; ++i) firing.premises.push_back({premises[i], time});
  const auto first = machine_.tuples.words(premises[0]);
  pattern_.assign(first.begin(), first.end());
  std::fill(pattern_.begin() + aggregation.group_columns, pattern_.end(), kAnyValue);
  firing.absences.push_back(
      {machine_.patterns.intern(aggregation.contributions, pattern_),
       time,
       {premises, premises + words[3]}});
}

Time FiringReader::time_of(const CompiledPremise& premise, Time time) const {
  return premise.pin == kNoIndex ? time : machine_.compiled.pins[premise.pin].time;
}

void FiringReader::read_rule(const uint32_t* words, Time time, Firing& firing) {
  const CompiledRule& rule = machine_.compiled.rules[words[0]];
  firing.rule = rule.rule;
  firing.step = rule.kind == CompiledRule::Kind::kContribution
                    ? Firing::Step::kContribution
                    : Firing::Step::kPlain;
  firing.location = words[2];
  variables_.assign(rule.variables, 0);
  is_bound_.assign(rule.variables, false);
  if (rule.location.kind == Use::Kind::kVariable) {
    variables_[rule.location.variable] = machine_.node_value(firing.location);
    is_bound_[rule.location.variable] = true;
  }
  const uint32_t* premises = words + kFiringHeader;
  for (size_t i = 0; i < rule.positive.size(); ++i) {
    const CompiledPremise& premise = rule.premises[rule.positive[i]];
    firing.premises.push_back({premises[i], time_of(premise, time)});
    const auto columns = machine_.tuples.words(premises[i]);
    for (size_t column = 0; column < columns.size(); ++column) {
      const Use& use = premise.columns[column];
      if (use.kind != Use::Kind::kVariable) continue;
      variables_[use.variable] = columns[column];
      is_bound_[use.variable] = true;
    }
  }
  for (const CompiledPremise& premise : rule.premises) {
    if (!premise.negated) continue;
    const Time at = time_of(premise, time);
    // Of a time to come only the facts are seen: no run has others.
    if (at > time) continue;
    pattern_of(premise, variables_, is_bound_, pattern_);
    firing.absences.push_back(
        {machine_.patterns.intern(premise.relation, pattern_), at, {}});
  }
  if (rule.kind == CompiledRule::Kind::kNext || rule.kind == CompiledRule::Kind::kAsync) {
    firing.head.time = time + 1;
  }
  if (rule.kind == CompiledRule::Kind::kAsync) {
    const NodeIndex to =
        ValueTable::text_index(machine_.tuples.words(firing.head.tuple).front());
    const NodeIndex from = firing.location == kNoNode ? to : firing.location;
    firing.has_delivery = from != to || machine_.spec.crash_model == CrashModel::kStop;
    firing.delivery = {from, to, time};
  }
}

void FiringReader::pattern_of(const CompiledPremise& premise,
                              const std::vector<Value>& variables,
                              const std::vector<bool>& is_bound,
                              std::vector<Value>& pattern) const {
  pattern.clear();
  for (uint32_t column = 0; column < premise.columns.size(); ++column) {
    const Use& use = premise.columns[column];
    Value value = kAnyValue;
    if (use.kind == Use::Kind::kConstant) value = use.constant;
    if (use.kind == Use::Kind::kVariable) {
      if (is_bound[use.variable]) {
        value = variables[use.variable];
      } else {
        for (uint32_t before = 0; before < column && value == kAnyValue; ++before) {
          const Use& other = premise.columns[before];
          if (other.kind == Use::Kind::kVariable && other.variable == use.variable) {
            value = same_as_column(before);
          }
        }
      }
    }
    pattern.push_back(value);
  }
}

}  // namespace cutset::dedalus
