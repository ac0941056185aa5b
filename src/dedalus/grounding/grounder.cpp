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
  if (stopped_ || (limits_.stop && limits_.stop())) return Error::interrupted("stopped");
  if (tuples_.size() <= limits_.max_tuples && firings_ <= limits_.max_firings) return {};
  return Error::bad_input(fmt::format(
      "more than {} possible {} at time {}, the last ones of relation {}",
      tuples_.size() > limits_.max_tuples ? limits_.max_tuples : limits_.max_firings,
      tuples_.size() > limits_.max_tuples ? "tuples" : "firings", time,
      program_.relations[grown].name));
}

bool Grounder::is_over() {
  constexpr uint64_t kMatchesBetween = 1 << 14;
  if (++matches_ % kMatchesBetween == 0 && limits_.stop && limits_.stop()) {
    stopped_ = true;
  }
  return stopped_ || firings_ > limits_.max_firings ||
         tuples_.size() > limits_.max_tuples;
}

Status Grounder::do_time(int64_t time) {
  const size_t strata = program_.strata.size();
  CUTSET_TRY(settle(settles_[strata], time));
  for (size_t stratum = 0; stratum < strata; ++stratum) {
    CUTSET_TRY(do_stratum(stratum, time));
    CUTSET_TRY(settle(settles_[stratum], time));
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

Result<Grounding> ground(const Program& program, const FailureSpec& spec,
                         const campaign::FaultSpace& space,
                         const std::vector<NamedTuple>& outcomes,
                         const GroundingLimits& limits) {
  return Grounder(program, spec, space, limits).run(outcomes);
}

}  // namespace cutset::dedalus
