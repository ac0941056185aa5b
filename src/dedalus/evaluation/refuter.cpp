#include "dedalus/evaluation/refuter.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "dedalus/evaluation/aggregation.h"

namespace cutset::dedalus {
namespace {

bool is_emitting(const CompiledRule& rule) {
  return rule.kind == CompiledRule::Kind::kNext ||
         rule.kind == CompiledRule::Kind::kAsync;
}

bool is_excepted(const Absence& absence, TupleId tuple) {
  return std::binary_search(absence.except.begin(), absence.except.end(), tuple);
}

bool is_ground(std::span<const Value> pattern) {
  return std::all_of(pattern.begin(), pattern.end(),
                     [](Value value) { return value < kFirstMark; });
}

}  // namespace

Refutation Refuter::refute(const Absence& absence) {
  refutation_ = {};
  const RelationId relation = machine_.patterns.label(absence.pattern);
  const Time eot = machine_.spec.eot;
  if (relation == machine_.compiled.crash) refute_crashes(absence);
  for (const CompiledRule& rule : machine_.compiled.rules) {
    if (rule.head != relation) continue;
    const Time time = is_emitting(rule) ? absence.time - 1 : absence.time;
    if (time >= 1 && time <= eot) refute_rule(rule, absence);
  }
  for (const CompiledAggregation& aggregation : machine_.compiled.aggregations) {
    if (aggregation.head != relation) continue;
    if (absence.time >= 1 && absence.time <= eot)
      refute_aggregation(aggregation, absence);
  }
  return std::move(refutation_);
}

void Refuter::refute_crashes(const Absence& absence) {
  if (absence.time < 1 || absence.time > machine_.spec.eot) return;
  const auto words = machine_.patterns.words(absence.pattern);
  const std::vector<Value> pattern(words.begin(), words.end());
  const auto nodes = static_cast<NodeIndex>(machine_.spec.nodes.size());
  for (NodeIndex node = 0; node < nodes; ++node) {
    for (Time time = 1; time < machine_.spec.eot; ++time) {
      bool wanted = false;
      for (NodeIndex observer = 0; observer < nodes && !wanted; ++observer) {
        const std::array<Value, 3> columns{machine_.node_value(observer),
                                           machine_.node_value(node),
                                           machine_.values.number(time)};
        wanted =
            matches(pattern, columns) &&
            !is_excepted(absence, machine_.tuples.find(machine_.compiled.crash, columns));
      }
      if (!wanted) continue;
      Reason reason;
      reason.kind = Reason::Kind::kNotFailed;
      reason.node = node;
      reason.time = time;
      refutation_.clauses.push_back({reason});
    }
  }
}

void Refuter::refute_rule(const CompiledRule& rule, const Absence& absence) {
  State state{.variables = std::vector<Value>(rule.variables, 0),
              .is_bound = std::vector<bool>(rule.variables, false),
              .done = std::vector<bool>(rule.premises.size(), false)};
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    state.done[i] = rule.premises[i].negated;
  }
  state.location_done = rule.location.kind != Use::Kind::kVariable;
  if (!unify_head(rule, absence, state)) return;
  refute_body(rule, absence, is_emitting(rule) ? absence.time - 1 : absence.time, state);
}

bool Refuter::unify_head(const CompiledRule& rule, const Absence& absence, State& state) {
  const auto pattern = machine_.patterns.words(absence.pattern);
  for (size_t column = 0; column < pattern.size(); ++column) {
    if (pattern[column] >= kFirstMark || !rule.head_columns[column].is_simple()) continue;
    const Use& use = rule.head_columns[column].steps.front().use;
    if (use.kind == Use::Kind::kConstant) {
      if (use.constant != pattern[column]) return false;
      continue;
    }
    if (state.is_bound[use.variable] &&
        state.variables[use.variable] != pattern[column]) {
      return false;
    }
    state.is_bound[use.variable] = true;
    state.variables[use.variable] = pattern[column];
  }
  return true;
}

void Refuter::refute_body(const CompiledRule& rule, const Absence& absence, Time time,
                          const State& state) {
  if (is_void(rule, absence, time, state)) return;
  std::vector<Reason> reasons = this->reasons(rule, time, state);
  const uint32_t next = next_premise(rule, time, state, !reasons.empty());
  if (next != kNoIndex) {
    split(rule, absence, time, state, next, std::move(reasons));
    return;
  }
  if (!reasons.empty()) {
    refutation_.clauses.push_back(std::move(reasons));
    return;
  }
  // Nothing stops it yet: only the node is open, which a negated premise left.
  CHECK(!state.location_done && !state.is_bound[rule.location.variable]);
  split_location(rule, absence, time, state);
}

void Refuter::split(const CompiledRule& rule, const Absence& absence, Time time,
                    const State& state, uint32_t index, std::vector<Reason> reasons) {
  const CompiledPremise& premise = rule.premises[index];
  const std::vector<TupleId> matches = matching(premise, time, state);
  const PatternId pattern = this->pattern(premise, state);
  if (!is_static(premise, time) && !is_ground(machine_.patterns.words(pattern))) {
    Reason no_other;
    no_other.kind = Reason::Kind::kAbsent;
    no_other.absence = {pattern, time_of(premise, time), matches};
    reasons.push_back(std::move(no_other));
    refutation_.clauses.push_back(std::move(reasons));
  }
  for (const TupleId tuple : matches) {
    State inner = state;
    inner.done[index] = true;
    CHECK(bind(premise, tuple, inner));
    refute_body(rule, absence, time, inner);
  }
}

void Refuter::split_location(const CompiledRule& rule, const Absence& absence, Time time,
                             const State& state) {
  for (NodeIndex node = 0; node < machine_.spec.nodes.size(); ++node) {
    State inner = state;
    inner.is_bound[rule.location.variable] = true;
    inner.variables[rule.location.variable] = machine_.node_value(node);
    refute_body(rule, absence, time, inner);
  }
}

bool Refuter::is_void(const CompiledRule& rule, const Absence& absence, Time time,
                      const State& state) {
  for (const CompiledExpression& condition : rule.conditions) {
    if (is_bound(condition, state) && !calculator_.is_true(condition, state.variables)) {
      return true;
    }
  }
  const auto at = location(rule, state);
  if (at && *at >= machine_.spec.nodes.size()) return true;
  for (uint32_t i = 0; i < rule.premises.size(); ++i) {
    const CompiledPremise& premise = rule.premises[i];
    if (!is_static(premise, time) || (!premise.negated && state.done[i])) continue;
    if (premise.negated && is_open(rule, premise, state)) continue;
    if (matching(premise, time, state).empty() != premise.negated) return true;
  }
  std::vector<Value> head;
  const auto words = machine_.patterns.words(absence.pattern);
  const std::vector<Value> pattern(words.begin(), words.end());
  bool is_whole = true;
  for (size_t column = 0; column < rule.head_columns.size(); ++column) {
    Value value = kAnyValue;
    if (is_bound(rule.head_columns[column], state)) {
      if (!calculator_.value(rule.head_columns[column], state.variables, value)) {
        return true;
      }
      if (pattern[column] < kFirstMark && pattern[column] != value) return true;
    } else {
      is_whole = false;
    }
    head.push_back(value);
  }
  if (rule.kind == CompiledRule::Kind::kAsync && head.front() != kAnyValue &&
      ValueTable::text_index(head.front()) >= machine_.spec.nodes.size()) {
    return true;
  }
  if (!is_whole) return false;
  return !matches(pattern, head) ||
         is_excepted(absence, machine_.tuples.find(rule.head, head));
}

std::vector<Reason> Refuter::reasons(const CompiledRule& rule, Time time,
                                     const State& state) {
  std::vector<Reason> reasons;
  for (const CompiledPremise& premise : rule.premises) {
    const size_t index = &premise - rule.premises.data();
    if (premise.negated) {
      if (is_static(premise, time) || is_open(rule, premise, state)) continue;
      for (const TupleId tuple : matching(premise, time, state)) {
        Reason reason;
        reason.kind = Reason::Kind::kPresent;
        reason.goal = {tuple, time_of(premise, time)};
        reasons.push_back(std::move(reason));
      }
      continue;
    }
    if (state.done[index] || !matching(premise, time, state).empty()) continue;
    Reason reason;
    reason.kind = Reason::Kind::kAbsent;
    reason.absence = {pattern(premise, state), time_of(premise, time), {}};
    reasons.push_back(std::move(reason));
  }
  add_location_reason(rule, time, state, reasons);
  add_loss(rule, time, state, reasons);
  return reasons;
}

void Refuter::add_location_reason(const CompiledRule& rule, Time time, const State& state,
                                  std::vector<Reason>& reasons) {
  const uint64_t down = run_.plan_->down(time);
  if (down == 0) return;
  Reason reason;
  reason.kind = Reason::Kind::kDown;
  reason.time = time;
  if (rule.location.kind == Use::Kind::kAny) {
    for (NodeIndex node = 0; node < machine_.spec.nodes.size(); ++node) {
      if ((down >> node & 1) == 0) return;
    }
    reasons.push_back(std::move(reason));
    return;
  }
  const auto at = location(rule, state);
  if (!at || (down >> *at & 1) == 0) return;
  reason.node = *at;
  reasons.push_back(std::move(reason));
}

void Refuter::add_loss(const CompiledRule& rule, Time time, const State& state,
                       std::vector<Reason>& reasons) {
  if (rule.kind != CompiledRule::Kind::kAsync) return;
  const CompiledExpression& column = rule.head_columns.front();
  Value value = 0;
  if (!is_bound(column, state) || !calculator_.value(column, state.variables, value)) {
    return;
  }
  const NodeIndex to = ValueTable::text_index(value);
  NodeIndex from = to;
  if (rule.location.kind != Use::Kind::kAny) {
    const auto at = location(rule, state);
    if (!at) return;
    from = *at;
  }
  if (run_.plan_->arrives(from, to, time)) return;
  Reason reason;
  reason.kind = Reason::Kind::kLost;
  reason.delivery = {from, to, time};
  reasons.push_back(std::move(reason));
}

bool Refuter::is_wildcard(const CompiledRule& rule, VariableId variable) {
  if (rule.location.kind == Use::Kind::kVariable && rule.location.variable == variable) {
    return false;
  }
  return std::none_of(rule.positive.begin(), rule.positive.end(), [&](uint32_t i) {
    const auto& columns = rule.premises[i].columns;
    return std::any_of(columns.begin(), columns.end(), [&](const Use& use) {
      return use.kind == Use::Kind::kVariable && use.variable == variable;
    });
  });
}

bool Refuter::is_open(const CompiledRule& rule, const CompiledPremise& premise,
                      const State& state) {
  return std::any_of(premise.columns.begin(), premise.columns.end(), [&](const Use& use) {
    return use.kind == Use::Kind::kVariable && !state.is_bound[use.variable] &&
           !is_wildcard(rule, use.variable);
  });
}

uint32_t Refuter::next_premise(const CompiledRule& rule, Time time, const State& state,
                               bool is_stopped) {
  uint32_t best = kNoIndex;
  size_t fewest = 0;
  for (const uint32_t i : rule.positive) {
    if (state.done[i]) continue;
    const CompiledPremise& premise = rule.premises[i];
    if (is_stopped && !shares_with_stop(rule, time, state, i)) continue;
    const size_t matches = matching(premise, time, state).size();
    if (matches == 0 || (best != kNoIndex && matches >= fewest)) continue;
    best = i;
    fewest = matches;
  }
  return best;
}

bool Refuter::shares_with_stop(const CompiledRule& rule, Time time, const State& state,
                               uint32_t candidate) {
  for (const uint32_t i : rule.positive) {
    if (i == candidate || state.done[i]) continue;
    if (!matching(rule.premises[i], time, state).empty()) continue;
    for (const Use& use : rule.premises[i].columns) {
      if (use.kind != Use::Kind::kVariable || state.is_bound[use.variable]) continue;
      for (const Use& other : rule.premises[candidate].columns) {
        if (other.kind == Use::Kind::kVariable && other.variable == use.variable) {
          return true;
        }
      }
    }
  }
  return false;
}

std::vector<TupleId> Refuter::matching(const CompiledPremise& premise, Time time,
                                       const State& state) {
  reader_.pattern_of(premise, state.variables, state.is_bound, pattern_);
  std::vector<TupleId> found;
  for (const TupleId tuple : rows(premise, time)) {
    if (matches(pattern_, machine_.tuples.words(tuple))) found.push_back(tuple);
  }
  return found;
}

std::optional<NodeIndex> Refuter::location(const CompiledRule& rule,
                                           const State& state) const {
  if (rule.location.kind == Use::Kind::kConstant) {
    return ValueTable::text_index(rule.location.constant);
  }
  if (rule.location.kind == Use::Kind::kVariable &&
      state.is_bound[rule.location.variable]) {
    return ValueTable::text_index(state.variables[rule.location.variable]);
  }
  return std::nullopt;
}

bool Refuter::is_bound(const CompiledExpression& expression, const State& state) const {
  return std::all_of(expression.steps.begin(), expression.steps.end(),
                     [&](const CompiledExpression::Step& step) {
                       return step.is_operator || step.use.kind != Use::Kind::kVariable ||
                              state.is_bound[step.use.variable];
                     });
}

Time Refuter::time_of(const CompiledPremise& premise, Time time) const {
  return premise.pin == kNoIndex ? time : machine_.compiled.pins[premise.pin].time;
}

bool Refuter::is_static(const CompiledPremise& premise, Time time) const {
  return time_of(premise, time) > time;
}

std::span<const TupleId> Refuter::rows(const CompiledPremise& premise, Time time) const {
  if (!is_static(premise, time)) {
    return run_.rows(premise.relation, time_of(premise, time));
  }
  return machine_.facts(premise.relation, time_of(premise, time));
}

bool Refuter::bind(const CompiledPremise& premise, TupleId tuple, State& state) const {
  const auto words = machine_.tuples.words(tuple);
  for (size_t column = 0; column < words.size(); ++column) {
    const Use& use = premise.columns[column];
    if (use.kind == Use::Kind::kConstant && use.constant != words[column]) return false;
    if (use.kind != Use::Kind::kVariable) continue;
    if (state.is_bound[use.variable] && state.variables[use.variable] != words[column]) {
      return false;
    }
    state.is_bound[use.variable] = true;
    state.variables[use.variable] = words[column];
  }
  return true;
}

PatternId Refuter::pattern(const CompiledPremise& premise, const State& state) {
  reader_.pattern_of(premise, state.variables, state.is_bound, pattern_);
  return machine_.patterns.intern(premise.relation, pattern_);
}

void Refuter::refute_aggregation(const CompiledAggregation& aggregation,
                                 const Absence& absence) {
  const auto words = machine_.patterns.words(absence.pattern);
  const std::vector<Value> pattern(words.begin(), words.end());
  std::vector<Value> contribution(machine_.compiled.arity[aggregation.contributions],
                                  kAnyValue);
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (aggregation.columns[i].aggregate != Aggregate::kNone) continue;
    if (pattern[i] < kFirstMark) contribution[aggregation.columns[i].column] = pattern[i];
  }
  std::vector<TupleId> present;
  for (const TupleId tuple : run_.rows(aggregation.contributions, absence.time)) {
    if (matches(contribution, machine_.tuples.words(tuple))) present.push_back(tuple);
  }
  Reason no_other;
  no_other.kind = Reason::Kind::kAbsent;
  no_other.absence = {machine_.patterns.intern(aggregation.contributions, contribution),
                      absence.time, present};
  refutation_.clauses.push_back({no_other});
  // As long as a group has all of its contributions and no other, it gives what it gives
  // here: nothing that matches.
  for (const TupleId tuple : present) {
    Reason reason;
    reason.kind = Reason::Kind::kPresent;
    reason.goal = {tuple, absence.time};
    refutation_.clauses.push_back({reason});
  }
}

}  // namespace cutset::dedalus
