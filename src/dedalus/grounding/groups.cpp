// Aggregates over all runs: a group's possible members are taken one after the other; a
// state says what the aggregates are over those that are there. So a group with k members
// has at most k times as many goals as it has states, not 2^k.
#include <algorithm>

#include "dedalus/grounding/grounder.h"

namespace cutset::dedalus {

namespace {

/// Of all aggregates of a head, over the members so far; empty: no member is there.
using State = std::vector<int64_t>;

int64_t wrapped_sum(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) + static_cast<uint64_t>(right));
}

void add(Aggregate aggregate, bool first, int64_t value, State& state, size_t& at) {
  const auto next = [&](int64_t start) -> int64_t& {
    if (first) state.push_back(start);
    return state[at++];
  };
  switch (aggregate) {
    case Aggregate::kCount:
      ++next(0);
      break;
    case Aggregate::kMax: {
      int64_t& most = next(value);
      most = std::max(most, value);
      break;
    }
    case Aggregate::kMin: {
      int64_t& least = next(value);
      least = std::min(least, value);
      break;
    }
    case Aggregate::kAvg: {
      int64_t& sum = next(0);
      sum = wrapped_sum(sum, value);
      ++next(0);
      break;
    }
    default: {
      int64_t& sum = next(0);
      sum = wrapped_sum(sum, value);
    }
  }
}

}  // namespace

Status Grounder::do_groups(RuleId rule, int64_t time) {
  Groups groups;
  groups_ = &groups;
  const Status matched =
      do_rule(rule, time, program_.rules[rule].premises.size(), 0, UINT32_MAX);
  groups_ = nullptr;
  CUTSET_TRY(matched);
  for (const auto& [key, members] : groups) {
    CUTSET_TRY(derive_group(program_.rules[rule], time, key, members));
  }
  return {};
}

Status Grounder::derive_group(const Rule& rule, int64_t time,
                              const std::vector<Value>& key, const Members& members) {
  std::map<State, Literal> states{{State(), kTrue}};
  for (const auto& [values, firings] : members) {
    const Literal there = goals_.any_of(firings);
    std::map<State, std::vector<Premises>> next;
    for (const auto& [state, literal] : states) {
      next[state].push_back({literal, negation(there)});
      State with = state;
      size_t at = 0;
      size_t value = 0;
      for (const HeadColumn& column : rule.columns) {
        if (column.aggregate == Aggregate::kNone) continue;
        const Value member = values[value++];
        const bool counts = column.aggregate == Aggregate::kCount;
        add(column.aggregate, state.empty(), counts ? 0 : values_.as_number(member), with,
            at);
      }
      next[with].push_back({literal, there});
    }
    states.clear();
    firings_ += 2 * next.size();
    for (auto& [state, incoming] : next) {
      const Literal literal = goals_.any_of(std::move(incoming));
      if (literal != kFalse) states.emplace(state, literal);
    }
    CUTSET_TRY(check_limits(rule.head, time));
  }
  for (const auto& [state, literal] : states) {
    if (state.empty()) continue;
    std::vector<Value> columns = key;
    size_t at = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      const Aggregate aggregate = rule.columns[i].aggregate;
      if (aggregate == Aggregate::kNone) continue;
      int64_t value = state[at++];
      if (aggregate == Aggregate::kAvg) value /= state[at++];
      columns[i] = values_.number(value);
    }
    derive(rule.head, time, columns, {{literal}, {}});
  }
  return {};
}

}  // namespace cutset::dedalus
