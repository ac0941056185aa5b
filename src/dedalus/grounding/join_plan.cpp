#include "dedalus/grounding/join_plan.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::dedalus {

namespace {

using Bound = std::vector<uint8_t>;  // by variable

JoinStep make_step(const Rule& rule, size_t premise, Bound& bound, ValueTable& values,
                   bool binds) {
  JoinStep step;
  step.premise = static_cast<uint32_t>(premise);
  Bound here(bound.size(), 0);
  const std::vector<Term>& terms = rule.premises[premise].columns;
  for (size_t i = 0; i < terms.size(); ++i) {
    JoinColumn column;
    const Term& term = terms[i];
    if (term.kind == Term::Kind::kConstant) {
      column.kind = JoinColumn::Kind::kValue;
      column.value = values.constant(term.constant);
      step.mask |= uint64_t{1} << i;
    } else if (term.kind == Term::Kind::kVariable) {
      column.variable = term.variable;
      if (bound[term.variable] != 0) {
        column.kind = JoinColumn::Kind::kVariable;
        step.mask |= uint64_t{1} << i;
      } else if (here[term.variable] != 0) {
        column.kind = JoinColumn::Kind::kSame;
      } else {
        column.kind = JoinColumn::Kind::kBind;
        here[term.variable] = 1;
      }
    }
    step.columns.push_back(column);
  }
  for (size_t i = 0; binds && i < bound.size(); ++i) bound[i] |= here[i];
  return step;
}

bool is_decided(const Expression& expression, const Bound& bound) {
  return std::all_of(expression.steps.begin(), expression.steps.end(),
                     [&bound](const Expression::Step& step) {
                       return step.kind != Expression::Step::Kind::kVariable ||
                              bound[step.variable] != 0;
                     });
}

size_t bound_columns(const Premise& premise, const Bound& bound) {
  return static_cast<size_t>(std::count_if(
      premise.columns.begin(), premise.columns.end(), [&bound](const Term& term) {
        return term.kind == Term::Kind::kConstant ||
               (term.kind == Term::Kind::kVariable && bound[term.variable] != 0);
      }));
}

Bound all_bound(const Rule& rule) {
  Bound bound(rule.variables.size(), 0);
  for (const Premise& premise : rule.premises) {
    if (premise.negated) continue;
    for (const Term& term : premise.columns) {
      if (term.kind == Term::Kind::kVariable) bound[term.variable] = 1;
    }
  }
  return bound;
}

int64_t arithmetic(Operator op, int64_t left, int64_t right) {
  const auto a = static_cast<uint64_t>(left);
  const auto b = static_cast<uint64_t>(right);
  switch (op) {
    case Operator::kAdd:
      return static_cast<int64_t>(a + b);
    case Operator::kSubtract:
      return static_cast<int64_t>(a - b);
    case Operator::kMultiply:
      return static_cast<int64_t>(a * b);
    default:  // kDivide; the one quotient that does not fit wraps around
      return right == -1 ? static_cast<int64_t>(0 - a) : left / right;
  }
}

}  // namespace

std::optional<VariableId> clock_variable(const Rule& rule) {
  const Premise& first = rule.premises.front();
  if (!first.negated || first.columns.front().kind != Term::Kind::kVariable) {
    return std::nullopt;
  }
  const VariableId variable = first.columns.front().variable;
  if (all_bound(rule)[variable] != 0) return std::nullopt;
  return variable;
}

JoinPlan plan_join(const Rule& rule, size_t first, ValueTable& values) {
  JoinPlan plan;
  Bound bound(rule.variables.size(), 0);
  if (const auto variable = clock_variable(rule)) bound[*variable] = 1;
  std::vector<uint8_t> decided(rule.conditions.size(), 0);
  const auto decide = [&](std::vector<uint32_t>& conditions) {
    for (uint32_t i = 0; i < decided.size(); ++i) {
      if (decided[i] != 0 || !is_decided(rule.conditions[i].expression, bound)) continue;
      decided[i] = 1;
      conditions.push_back(i);
    }
  };
  decide(plan.conditions_first);
  std::vector<size_t> left;
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    if (!rule.premises[i].negated) left.push_back(i);
  }
  while (!left.empty()) {
    auto best = left.begin();
    if (plan.steps.empty() && first < rule.premises.size()) {
      best = std::find(left.begin(), left.end(), first);
    } else {
      const auto rank = [&](size_t premise) {
        return bound_columns(rule.premises[premise], bound);
      };
      for (auto it = left.begin(); it != left.end(); ++it) {
        if (rank(*it) > rank(*best)) best = it;
      }
    }
    plan.steps.push_back(make_step(rule, *best, bound, values, true));
    decide(plan.steps.back().conditions);
    left.erase(best);
  }
  CHECK(std::count(decided.begin(), decided.end(), 0) == 0);
  return plan;
}

JoinStep plan_absence(const Rule& rule, size_t premise, ValueTable& values) {
  Bound bound = all_bound(rule);
  if (const auto variable = clock_variable(rule)) bound[*variable] = 1;
  return make_step(rule, premise, bound, values, false);
}

std::optional<Value> evaluate(const Expression& expression, std::span<const Value> bound,
                              ValueTable& values) {
  std::vector<Value> stack;
  for (const Expression::Step& step : expression.steps) {
    if (step.kind == Expression::Step::Kind::kVariable) {
      stack.push_back(bound[step.variable]);
      continue;
    }
    if (step.kind == Expression::Step::Kind::kConstant) {
      stack.push_back(values.constant(step.constant));
      continue;
    }
    const Value right = stack.back();
    stack.pop_back();
    const Value left = stack.back();
    stack.pop_back();
    bool truth = false;
    switch (step.op) {
      case Operator::kEqual:
        truth = left == right;
        break;
      case Operator::kNotEqual:
        truth = left != right;
        break;
      case Operator::kLess:
        truth = values.less(left, right);
        break;
      case Operator::kLessEqual:
        truth = !values.less(right, left);
        break;
      case Operator::kGreater:
        truth = values.less(right, left);
        break;
      case Operator::kGreaterEqual:
        truth = !values.less(left, right);
        break;
      default: {
        const int64_t divisor = values.as_number(right);
        if (step.op == Operator::kDivide && divisor == 0) return std::nullopt;
        stack.push_back(
            values.number(arithmetic(step.op, values.as_number(left), divisor)));
        continue;
      }
    }
    stack.push_back(values.number(truth ? 1 : 0));
  }
  return stack.back();
}

}  // namespace cutset::dedalus
