#include "dedalus/grounding/grounder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::dedalus {

Grounder::Grounder(const Program& program, const FailureSpec& spec,
                   const campaign::FaultSpace& space, const GroundingLimits& limits)
    : program_(program),
      spec_(spec),
      space_(space),
      limits_(limits),
      goals_(static_cast<uint32_t>(space.faults.size())),
      faults_(spec, space, goals_),
      tuples_(program) {
  for (NodeIndex i = 0; i < spec.nodes.size(); ++i) {
    nodes_.push_back(values_.text(spec.nodes[i]));
    node_of_[nodes_.back()] = i;
  }
  stratum_of_.assign(program.relations.size(), program.strata.size());
  for (size_t stratum = 0; stratum < program.strata.size(); ++stratum) {
    for (const RuleId rule : program.strata[stratum]) {
      stratum_of_[program.rules[rule].head] = stratum;
    }
  }
  find_relevant();
  settles_.resize(program.strata.size() + 1);
  for (RelationId relation = 0; relation < program.relations.size(); ++relation) {
    if (relevant_[relation] != 0) settles_[stratum_of_[relation]].push_back(relation);
  }
}

/// Relations that pre and post depend on.
void Grounder::find_relevant() {
  relevant_.assign(program_.relations.size(), 0);
  std::vector<RelationId> waiting;
  const auto meet = [&](RelationId relation) {
    if (relevant_[relation] != 0) return;
    relevant_[relation] = 1;
    waiting.push_back(relation);
  };
  for (const char* name : {"pre", "post"}) {
    if (const auto relation = program_.relation(name)) meet(*relation);
  }
  while (!waiting.empty()) {
    const RelationId relation = waiting.back();
    waiting.pop_back();
    for (const Rule& rule : program_.rules) {
      if (rule.head != relation) continue;
      for (const Premise& premise : rule.premises) meet(premise.relation);
    }
  }
}

void Grounder::place_facts() {
  for (const Fact& fact : program_.facts) {
    if (relevant_[fact.relation] == 0) continue;
    std::vector<Value> columns;
    for (const Constant& constant : fact.columns) {
      columns.push_back(values_.constant(constant));
    }
    PossibleTuple& tuple = tuples_[tuples_.intern(fact.relation, fact.time, columns)];
    tuple.is_final = true;
    tuple.literal = kTrue;
  }
}

/// crash(Observer, Node, Time) at every time (dedalus.md section 9).
void Grounder::place_crashes() {
  const auto relation = program_.relation("crash");
  if (!relation || relevant_[*relation] == 0) return;
  for (const campaign::ModelFault& fault : space_.faults) {
    if (fault.kind != campaign::ModelFault::Kind::kCrash) continue;
    const Literal literal = faults_.crashes_at(fault.from, fault.time);
    for (int64_t time = 1; time <= spec_.eot; ++time) {
      for (const Value observer : nodes_) {
        const Value columns[] = {observer, nodes_[fault.from],
                                 values_.number(fault.time)};
        PossibleTuple& tuple = tuples_[tuples_.intern(*relation, time, columns)];
        if (tuple.is_final) continue;  // also a fact of the program
        tuple.is_final = true;
        tuple.literal = literal;
      }
    }
  }
}

Result<Grounding> Grounder::run(const std::vector<NamedTuple>& outcomes) {
  for (const Relation& relation : program_.relations) {
    if (relation.columns.size() > 63) {
      return Error::bad_input(fmt::format(
          "relation {} has {} columns; the search over all runs takes at most 63",
          relation.name, relation.columns.size()));
    }
  }
  place_facts();
  place_crashes();
  for (int64_t time = 1; time <= spec_.eot; ++time) CUTSET_TRY(do_time(time));

  Grounding result;
  const auto literal_of = [this](const std::string& relation, const NamedTuple& tuple) {
    std::vector<Value> columns;
    for (const Constant& constant : tuple.columns) {
      columns.push_back(values_.constant(constant));
    }
    const auto id = program_.relation(relation);
    CHECK(id);
    const uint64_t all = (uint64_t{1} << columns.size()) - 1;
    PossibleTable& table = tuples_.table(*id, spec_.eot);
    for (const PossibleId each : tuples_.matching(table, all, columns)) {
      if (tuples_.matches(each, all, columns)) return tuples_[each].literal;
    }
    return kFalse;
  };
  std::vector<campaign::DerivationModel::Outcome> literals;
  for (const NamedTuple& outcome : outcomes) {
    literals.push_back({literal_of("post", outcome), literal_of("pre", outcome)});
  }
  result.tuples = tuples_.size();
  result.firings = firings_;
  result.model = goals_.take();
  result.model.outcomes = std::move(literals);
  return result;
}

Status Grounder::check_limits(RelationId grown, int64_t time) const {
  if (limits_.stop && limits_.stop()) return Error::interrupted("stopped");
  if (tuples_.size() <= limits_.max_tuples && firings_ <= limits_.max_firings) return {};
  return Error::bad_input(fmt::format(
      "more than {} possible {} at time {}, the last ones of relation {}",
      tuples_.size() > limits_.max_tuples ? limits_.max_tuples : limits_.max_firings,
      tuples_.size() > limits_.max_tuples ? "tuples" : "firings", time,
      program_.relations[grown].name));
}

Status Grounder::do_time(int64_t time) {
  const size_t strata = program_.strata.size();
  settle(settles_[strata], time);
  for (size_t stratum = 0; stratum < strata; ++stratum) {
    CUTSET_TRY(do_stratum(stratum, time));
    settle(settles_[stratum], time);
  }
  if (time == spec_.eot) return {};
  for (RuleId rule = 0; rule < program_.rules.size(); ++rule) {
    const Rule& is = program_.rules[rule];
    if (is.timing == Rule::Timing::kDeductive || relevant_[is.head] == 0) continue;
    CUTSET_TRY(do_rule(rule, time, is.premises.size(), 0, UINT32_MAX));
  }
  return {};
}

bool Grounder::is_recursive(const Rule& rule, const Premise& premise,
                            int64_t time) const {
  return !premise.negated && (!premise.at || *premise.at == time) &&
         rule.timing == Rule::Timing::kDeductive &&
         stratum_of_[premise.relation] == rule.stratum;
}

/// Semi-naive: in each round, a recursive premise at a time is matched with what the
/// round before found, so that every firing is met once.
Status Grounder::do_stratum(size_t stratum, int64_t time) {
  std::vector<RuleId> rules;
  for (const RuleId rule : program_.strata[stratum]) {
    const Rule& is = program_.rules[rule];
    if (relevant_[is.head] == 0) continue;
    const bool aggregates = std::any_of(
        is.columns.begin(), is.columns.end(),
        [](const HeadColumn& column) { return column.aggregate != Aggregate::kNone; });
    if (aggregates) {
      CUTSET_TRY(do_groups(rule, time));
    } else {
      rules.push_back(rule);
    }
  }
  auto end = static_cast<PossibleId>(tuples_.size());
  for (const RuleId rule : rules) {
    CUTSET_TRY(do_rule(rule, time, program_.rules[rule].premises.size(), 0, end));
  }
  while (end < tuples_.size()) {
    const PossibleId old_end = end;
    end = static_cast<PossibleId>(tuples_.size());
    for (const RuleId rule : rules) {
      const Rule& is = program_.rules[rule];
      for (size_t i = 0; i < is.premises.size(); ++i) {
        if (!is_recursive(is, is.premises[i], time)) continue;
        CUTSET_TRY(do_rule(rule, time, i, old_end, end));
      }
    }
  }
  return {};
}

/// Matches the rule with all tuples; of recursive premises those before `end`, at `delta`
/// those from `old_end` on, at recursive ones that stand before it those before
/// `old_end`.
Status Grounder::do_rule(RuleId rule, int64_t time, size_t delta, PossibleId old_end,
                         PossibleId end) {
  const Rule& is = program_.rules[rule];
  auto known = plans_.find({rule, delta});
  if (known == plans_.end()) {
    known = plans_.emplace(std::pair{rule, delta}, plan_join(is, delta, values_)).first;
  }
  const JoinPlan& plan = known->second;
  Match match;
  match.rule = rule;
  match.time = time;
  match.bound.assign(is.variables.size(), 0);
  match.tuples.assign(is.premises.size(), 0);
  const std::optional<VariableId> clock = clock_variable(is);
  for (NodeIndex node = 0; node < (clock ? nodes_.size() : 1); ++node) {
    if (clock) match.bound[*clock] = nodes_[node];
    if (!conditions_hold(is, plan.conditions_first, match.bound)) continue;
    join(plan, 0, match, delta, old_end, end);
    CUTSET_TRY(check_limits(is.head, time));
  }
  return {};
}

void Grounder::fire(Match& match) {
  const Rule& rule = program_.rules[match.rule];
  OpenFiring firing;
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    if (rule.premises[i].negated) continue;
    const PossibleTuple& tuple = tuples_[match.tuples[i]];
    if (!tuple.is_final) {
      firing.open.push_back(match.tuples[i]);
    } else {
      firing.known.push_back(tuple.literal);
    }
  }
  if (!GoalMaker::tidy(firing.known)) return;
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    if (!rule.premises[i].negated) continue;
    firing.known.push_back(absence(match, i));
    if (firing.known.back() == kFalse) return;
  }
  const Term& location = rule.premises.front().columns.front();
  if (location.kind == Term::Kind::kWildcard) {
    // Any node's clock; a node sends to itself without loss, so one firing of them is
    // enough where nodes do not stop.
    if (spec_.crash_model == CrashModel::kSend) {
      return fire_at(match, std::nullopt, std::move(firing));
    }
    for (NodeIndex node = 0; node < nodes_.size(); ++node) {
      fire_at(match, node, firing);
    }
    return;
  }
  const Value at = location.kind == Term::Kind::kVariable
                       ? match.bound[location.variable]
                       : values_.constant(location.constant);
  const auto node = node_of_.find(at);
  if (node != node_of_.end()) fire_at(match, node->second, std::move(firing));
}

void Grounder::fire_at(const Match& match, std::optional<NodeIndex> location,
                       OpenFiring firing) {
  const Rule& rule = program_.rules[match.rule];
  if (location) firing.known.push_back(faults_.is_up(*location, match.time));
  std::vector<Value> columns;
  std::vector<Value> aggregated;
  for (const HeadColumn& column : rule.columns) {
    const std::optional<Value> value = evaluate(column.value, match.bound, values_);
    if (!value) return;
    if (column.aggregate != Aggregate::kNone) aggregated.push_back(*value);
    columns.push_back(column.aggregate == Aggregate::kNone ? *value : 0);
  }
  if (rule.timing == Rule::Timing::kAsync) {
    const auto to = node_of_.find(columns.front());
    if (to == node_of_.end()) return;
    if (location) {
      firing.known.push_back(faults_.delivered(*location, to->second, match.time));
    }
  }
  if (!GoalMaker::tidy(firing.known)) return;
  ++firings_;
  if (groups_ != nullptr) {
    CHECK(firing.open.empty());
    (*groups_)[columns][aggregated].push_back(std::move(firing.known));
    return;
  }
  const int64_t time =
      rule.timing == Rule::Timing::kDeductive ? match.time : match.time + 1;
  derive(rule.head, time, columns, std::move(firing));
}

void Grounder::derive(RelationId relation, int64_t time, std::span<const Value> columns,
                      OpenFiring firing) {
  PossibleTuple& tuple = tuples_[tuples_.intern(relation, time, columns)];
  if (tuple.is_final) {
    if (tuple.literal == kTrue) return;  // a fact
    // A tuple of crash; rules do not derive any.
    CHECK(false);
  }
  tuple.firings.push_back(std::move(firing));
}

Literal Grounder::absence(const Match& match, size_t premise) {
  const Rule& rule = program_.rules[match.rule];
  const Premise& is = rule.premises[premise];
  auto known = absences_.find({match.rule, premise});
  if (known == absences_.end()) {
    known =
        absences_
            .emplace(std::pair{match.rule, premise}, plan_absence(rule, premise, values_))
            .first;
  }
  const JoinStep& step = known->second;
  const int64_t time = is.at.value_or(match.time);
  std::vector<Value> key;
  key_of(step, match.bound, key);
  std::vector<uint32_t> name{match.rule, static_cast<uint32_t>(premise),
                             static_cast<uint32_t>(time)};
  name.insert(name.end(), key.begin(), key.end());
  const auto before = absence_known_.find(name);
  if (before != absence_known_.end()) return before->second;

  std::vector<Literal> present;
  std::vector<Value> bound = match.bound;
  for (const PossibleId id :
       tuples_.matching(tuples_.table(is.relation, time), step.mask, key)) {
    if (!tuples_.matches(id, step.mask, key) || !bind(step, id, bound)) continue;
    const PossibleTuple& tuple = tuples_[id];
    if (!tuple.is_final) {
      // Only facts are there before their time.
      CHECK(time > match.time);
      continue;
    }
    present.push_back(tuple.literal);
  }
  const Literal result = negation(goals_.either(present));
  // Before its time a relation has only facts; there will be more.
  if (time <= match.time) absence_known_.emplace(std::move(name), result);
  return result;
}

Result<Grounding> ground(const Program& program, const FailureSpec& spec,
                         const campaign::FaultSpace& space,
                         const std::vector<NamedTuple>& outcomes,
                         const GroundingLimits& limits) {
  return Grounder(program, spec, space, limits).run(outcomes);
}

}  // namespace cutset::dedalus
