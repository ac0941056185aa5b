#include "dedalus/program.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::dedalus {

namespace {

/// Where the variables of a rule stand.
struct Bindings {
  std::vector<bool> positive;
  std::vector<uint32_t> negated_premises;  // how many have it
  std::vector<uint32_t> negated_columns;
};

Bindings bindings_of(const Rule& rule) {
  const size_t count = rule.variables.size();
  Bindings bindings{std::vector<bool>(count, false), std::vector<uint32_t>(count, 0),
                    std::vector<uint32_t>(count, 0)};
  for (const Premise& premise : rule.premises) {
    std::vector<bool> seen(count, false);
    for (const Term& term : premise.columns) {
      if (term.kind != Term::Kind::kVariable) continue;
      CHECK(term.variable < count);
      if (!premise.negated) {
        bindings.positive[term.variable] = true;
        continue;
      }
      ++bindings.negated_columns[term.variable];
      if (!seen[term.variable]) ++bindings.negated_premises[term.variable];
      seen[term.variable] = true;
    }
  }
  return bindings;
}

std::vector<bool> used_in(const Expression& expression, size_t count) {
  std::vector<bool> used(count, false);
  size_t depth = 0;
  for (const Expression::Step& step : expression.steps) {
    if (step.kind == Expression::Step::Kind::kOperator) {
      CHECK(depth >= 2);
      --depth;
      continue;
    }
    ++depth;
    if (step.kind != Expression::Step::Kind::kVariable) continue;
    CHECK(step.variable < count);
    used[step.variable] = true;
  }
  CHECK(depth == 1);
  return used;
}

void check_variables(const Rule& rule) {
  const size_t count = rule.variables.size();
  const Bindings bindings = bindings_of(rule);
  std::optional<VariableId> location;  // bound by the clock alone
  const Premise& first = rule.premises.front();
  if (first.negated && first.columns[0].kind == Term::Kind::kVariable &&
      !bindings.positive[first.columns[0].variable]) {
    location = first.columns[0].variable;
  }
  std::vector<bool> in_head(count, false);
  std::vector<bool> compared(count, false);
  for (const HeadColumn& column : rule.columns) {
    const std::vector<bool> used = used_in(column.value, count);
    for (size_t i = 0; i < count; ++i) in_head[i] = in_head[i] || used[i];
    if (column.aggregate == Aggregate::kNone) continue;
    CHECK(rule.timing == Rule::Timing::kDeductive);
    CHECK(column.value.steps.size() == 1);
    CHECK(column.value.steps[0].kind == Expression::Step::Kind::kVariable);
  }
  for (const Condition& condition : rule.conditions) {
    const std::vector<bool> used = used_in(condition.expression, count);
    for (size_t i = 0; i < count; ++i) compared[i] = compared[i] || used[i];
  }
  for (VariableId variable = 0; variable < count; ++variable) {
    if (bindings.positive[variable]) continue;
    CHECK(!in_head[variable]);
    if (location == variable) continue;
    CHECK(!compared[variable]);
    CHECK(bindings.negated_premises[variable] == 1);
    CHECK(bindings.negated_columns[variable] >= 2);
  }
}

void check_strata(const Program& program) {
  constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> of_relation(program.relations.size(), kNone);
  std::vector<uint32_t> times(program.rules.size(), 0);
  for (uint32_t stratum = 0; stratum < program.strata.size(); ++stratum) {
    for (const RuleId id : program.strata[stratum]) {
      CHECK(id < program.rules.size());
      const Rule& rule = program.rules[id];
      CHECK(rule.timing == Rule::Timing::kDeductive && rule.stratum == stratum);
      uint32_t& of_head = of_relation[rule.head];
      CHECK(of_head == kNone || of_head == stratum);
      of_head = stratum;
      ++times[id];
    }
  }
  for (RuleId id = 0; id < program.rules.size(); ++id) {
    const Rule& rule = program.rules[id];
    const bool deductive = rule.timing == Rule::Timing::kDeductive;
    CHECK(times[id] == (deductive ? 1U : 0U));
    if (!deductive) continue;
    const bool aggregated = std::any_of(
        rule.columns.begin(), rule.columns.end(),
        [](const HeadColumn& column) { return column.aggregate != Aggregate::kNone; });
    for (const Premise& premise : rule.premises) {
      const uint32_t below = of_relation[premise.relation];
      if (below == kNone) continue;
      const bool strict = premise.negated || aggregated;
      CHECK(strict ? below < rule.stratum : below <= rule.stratum);
    }
  }
}

}  // namespace

std::optional<RelationId> Program::relation(const std::string& name) const {
  for (RelationId id = 0; id < relations.size(); ++id) {
    if (relations[id].name == name) return id;
  }
  return std::nullopt;
}

void check_invariants(const Program& program) {
  for (const Relation& relation : program.relations) {
    CHECK(!relation.columns.empty() && relation.columns[0] == ColumnType::kLocation);
  }
  for (const Rule& rule : program.rules) {
    CHECK(rule.head < program.relations.size());
    CHECK(rule.columns.size() == program.relations[rule.head].columns.size());
    CHECK(!rule.premises.empty());
    for (const Premise& premise : rule.premises) {
      CHECK(premise.relation < program.relations.size());
      CHECK(premise.columns.size() == program.relations[premise.relation].columns.size());
    }
    check_variables(rule);
  }
  for (const Fact& fact : program.facts) {
    CHECK(fact.relation < program.relations.size());
    const std::vector<ColumnType>& types = program.relations[fact.relation].columns;
    CHECK(fact.columns.size() == types.size());
    for (size_t i = 0; i < types.size(); ++i) {
      CHECK((types[i] == ColumnType::kInt) ==
            std::holds_alternative<int64_t>(fact.columns[i]));
    }
  }
  check_strata(program);
}

}  // namespace cutset::dedalus
