#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"
#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/plan.h"
#include "dedalus/evaluation/schedule.h"

namespace cutset::dedalus {
namespace {

class Compiler {
 public:
  Compiler(const Program& program, const FailureSpec& spec, ValueTable& values)
      : program_(program), spec_(spec), values_(values) {}

  Result<CompiledProgram> run() {
    CUTSET_TRY(find_outcomes());
    compiled_.relations = static_cast<RelationId>(program_.relations.size());
    for (const Relation& relation : program_.relations) {
      compiled_.arity.push_back(static_cast<uint32_t>(relation.columns.size()));
    }
    if (const auto crash = program_.relation("crash")) {
      if (compiled_.arity[*crash] == 3) compiled_.crash = *crash;
    }
    for (RuleId id = 0; id < program_.rules.size(); ++id) CUTSET_TRY(add(id));
    finish_pins();
    for (uint32_t i = 0; i < compiled_.rules.size(); ++i) {
      const auto kind = compiled_.rules[i].kind;
      if (kind == CompiledRule::Kind::kNext || kind == CompiledRule::Kind::kAsync) {
        compiled_.emitting.push_back(i);
      }
    }
    CUTSET_TRY(make_schedule(compiled_, program_, spec_.eot));
    make_plans();
    return std::move(compiled_);
  }

 private:
  Status find_outcomes() {
    const auto pre = program_.relation("pre");
    const auto post = program_.relation("post");
    if (!pre || !post) {
      return Error::bad_input(
          fmt::format("the program has no relation `{}`: the invariant is `pre` implies "
                      "`post` at the "
                      "end of time; define both",
                      pre ? "post" : "pre"));
    }
    compiled_.pre = *pre;
    compiled_.post = *post;
    return {};
  }

  Status add(RuleId id) {
    const Rule& rule = program_.rules[id];
    CompiledRule compiled;
    compiled.rule = id;
    compiled.head = rule.head;
    switch (rule.timing) {
      case Rule::Timing::kDeductive:
        compiled.kind = CompiledRule::Kind::kDeductive;
        break;
      case Rule::Timing::kNext:
        compiled.kind = CompiledRule::Kind::kNext;
        break;
      case Rule::Timing::kAsync:
        compiled.kind = CompiledRule::Kind::kAsync;
        break;
    }
    compiled.variables = static_cast<uint32_t>(rule.variables.size());
    for (const Premise& premise : rule.premises) {
      CUTSET_ASSIGN(CompiledPremise made, this->premise(premise, rule));
      compiled.premises.push_back(std::move(made));
    }
    for (uint32_t i = 0; i < compiled.premises.size(); ++i) {
      if (!compiled.premises[i].negated) compiled.positive.push_back(i);
    }
    for (const Condition& condition : rule.conditions) {
      compiled.conditions.push_back(expression(condition.expression));
    }
    compiled.location = compiled.premises.front().columns.front();
    if (compiled.location.kind == Use::Kind::kConstant &&
        !is_node(compiled.location.constant)) {
      return {};  // never fires
    }
    const bool aggregates = std::any_of(
        rule.columns.begin(), rule.columns.end(),
        [](const HeadColumn& column) { return column.aggregate != Aggregate::kNone; });
    if (aggregates) {
      add_aggregation(rule, std::move(compiled));
      return {};
    }
    for (const HeadColumn& column : rule.columns) {
      compiled.head_columns.push_back(expression(column.value));
    }
    compiled_.rules.push_back(std::move(compiled));
    return {};
  }

  bool is_node(Value value) {
    return std::any_of(
        spec_.nodes.begin(), spec_.nodes.end(),
        [&](const std::string& node) { return values_.text(node) == value; });
  }

  /// The body derives (group..., distinct aggregated variables...).
  void add_aggregation(const Rule& rule, CompiledRule body) {
    CompiledAggregation aggregation;
    aggregation.rule = body.rule;
    aggregation.head = rule.head;
    aggregation.contributions = static_cast<RelationId>(compiled_.arity.size());
    for (const HeadColumn& column : rule.columns) {
      if (column.aggregate != Aggregate::kNone) continue;
      body.head_columns.push_back(expression(column.value));
    }
    aggregation.group_columns = static_cast<uint32_t>(body.head_columns.size());
    std::vector<VariableId> aggregated;
    uint32_t group = 0;
    for (const HeadColumn& column : rule.columns) {
      if (column.aggregate == Aggregate::kNone) {
        aggregation.columns.push_back({Aggregate::kNone, group++});
        continue;
      }
      const VariableId variable = column.value.steps.front().variable;
      auto known = std::find(aggregated.begin(), aggregated.end(), variable);
      if (known == aggregated.end()) {
        aggregated.push_back(variable);
        known = aggregated.end() - 1;
        body.head_columns.push_back(expression(column.value));
      }
      aggregation.columns.push_back(
          {column.aggregate, aggregation.group_columns +
                                 static_cast<uint32_t>(known - aggregated.begin())});
    }
    body.kind = CompiledRule::Kind::kContribution;
    body.head = aggregation.contributions;
    compiled_.arity.push_back(static_cast<uint32_t>(body.head_columns.size()));
    compiled_.aggregations.push_back(std::move(aggregation));
    compiled_.rules.push_back(std::move(body));
  }

  Result<CompiledPremise> premise(const Premise& premise, const Rule& rule) {
    CompiledPremise compiled;
    compiled.relation = premise.relation;
    compiled.negated = premise.negated;
    for (const Term& term : premise.columns) {
      switch (term.kind) {
        case Term::Kind::kVariable:
          compiled.columns.push_back(
              {.kind = Use::Kind::kVariable, .variable = term.variable});
          break;
        case Term::Kind::kWildcard:
          compiled.columns.push_back({});
          break;
        case Term::Kind::kConstant:
          compiled.columns.push_back({.kind = Use::Kind::kConstant,
                                      .constant = values_.constant(term.constant)});
          break;
      }
    }
    if (premise.at) {
      if (*premise.at < 0 || *premise.at > std::numeric_limits<Time>::max() / 2) {
        return Error::bad_input(
            fmt::format("@{} is beyond every time; expected at most {}", *premise.at,
                        std::numeric_limits<Time>::max() / 2),
            program_.files.empty() ? "" : program_.files.at(rule.place.file),
            static_cast<int>(premise.place.line), static_cast<int>(premise.place.column));
      }
      compiled.pin = pin(premise.relation, static_cast<Time>(*premise.at));
    }
    return compiled;
  }

  /// The crashes are the same at every time: reading them at a time needs no pin.
  uint32_t pin(RelationId relation, Time time) {
    if (relation == compiled_.crash && time >= 1 && time <= spec_.eot) return kNoIndex;
    for (uint32_t i = 0; i < compiled_.pins.size(); ++i) {
      if (compiled_.pins[i].relation == relation && compiled_.pins[i].time == time) {
        return i;
      }
    }
    compiled_.pins.push_back({.relation = relation, .time = time});
    return static_cast<uint32_t>(compiled_.pins.size() - 1);
  }

  void finish_pins() {
    auto slot = static_cast<Slot>(compiled_.arity.size());
    for (Pin& pin : compiled_.pins) {
      pin.slot = slot++;
      compiled_.pin_times.push_back(pin.time);
    }
    auto& times = compiled_.pin_times;
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
  }

  CompiledExpression expression(const Expression& expression) {
    CompiledExpression compiled;
    for (const Expression::Step& step : expression.steps) {
      CompiledExpression::Step made;
      switch (step.kind) {
        case Expression::Step::Kind::kVariable:
          made.use = {.kind = Use::Kind::kVariable, .variable = step.variable};
          break;
        case Expression::Step::Kind::kConstant:
          made.use = {.kind = Use::Kind::kConstant,
                      .constant = values_.constant(step.constant)};
          break;
        case Expression::Step::Kind::kOperator:
          made.is_operator = true;
          made.op = step.op;
          break;
      }
      compiled.steps.push_back(made);
    }
    return compiled;
  }

  void make_plans() {
    compiled_.indices.resize(compiled_.arity.size());
    for (const Component& component : compiled_.components) {
      for (const uint32_t index : component.rules) {
        CompiledRule& rule = compiled_.rules[index];
        std::vector<bool> inside;
        for (const CompiledPremise& premise : rule.premises) {
          inside.push_back(!premise.negated &&
                           std::find(component.heads.begin(), component.heads.end(),
                                     premise.relation) != component.heads.end());
        }
        rule.plans.push_back(make_plan(compiled_, rule, kNoIndex, inside));
        for (uint32_t i = 0; i < inside.size(); ++i) {
          if (inside[i]) rule.plans.push_back(make_plan(compiled_, rule, i, inside));
        }
      }
    }
    for (const uint32_t index : compiled_.emitting) {
      CompiledRule& rule = compiled_.rules[index];
      const std::vector<bool> inside(rule.premises.size(), false);
      rule.plans.push_back(make_plan(compiled_, rule, kNoIndex, inside));
    }
  }

  const Program& program_;
  const FailureSpec& spec_;
  ValueTable& values_;
  CompiledProgram compiled_;
};

}  // namespace

Result<CompiledProgram> compile(const Program& program, const FailureSpec& spec,
                                ValueTable& values) {
  return Compiler(program, spec, values).run();
}

}  // namespace cutset::dedalus
