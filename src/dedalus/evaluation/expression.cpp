#include "dedalus/evaluation/expression.h"

#include "base/check.h"

namespace cutset::dedalus {
namespace {

/// False: division by zero.
bool calculate(Operator op, int64_t left, int64_t right, int64_t& result) {
  const auto a = static_cast<uint64_t>(left);
  const auto b = static_cast<uint64_t>(right);
  switch (op) {
    case Operator::kAdd:
      result = static_cast<int64_t>(a + b);
      return true;
    case Operator::kSubtract:
      result = static_cast<int64_t>(a - b);
      return true;
    case Operator::kMultiply:
      result = static_cast<int64_t>(a * b);
      return true;
    default:
      if (right == 0) return false;
      result = right == -1 ? static_cast<int64_t>(0 - a) : left / right;
      return true;
  }
}

}  // namespace

Calculator::Operand Calculator::read(const Use& use,
                                     const std::vector<Value>& variables) const {
  const Value value =
      use.kind == Use::Kind::kConstant ? use.constant : variables[use.variable];
  if (!values_.is_number(value)) return {.value = value};
  return {.is_number = true, .number = values_.as_number(value)};
}

bool Calculator::compare(Operator op, const Operand& left, const Operand& right) const {
  const bool numbers = left.is_number && right.is_number;
  const bool equal =
      numbers ? left.number == right.number
              : !left.is_number && !right.is_number && left.value == right.value;
  if (op == Operator::kEqual) return equal;
  if (op == Operator::kNotEqual) return !equal;
  bool less = numbers && left.number < right.number;
  if (!left.is_number && !right.is_number) {
    less = values_.as_text(left.value) < values_.as_text(right.value);
  }
  switch (op) {
    case Operator::kLess:
      return less;
    case Operator::kLessEqual:
      return less || equal;
    case Operator::kGreater:
      return !less && !equal;
    default:
      return !less;
  }
}

bool Calculator::calculate(const CompiledExpression& expression,
                           const std::vector<Value>& variables) {
  stack_.clear();
  for (const CompiledExpression::Step& step : expression.steps) {
    if (!step.is_operator) {
      stack_.push_back(read(step.use, variables));
      continue;
    }
    CHECK(stack_.size() >= 2);
    const Operand right = stack_.back();
    stack_.pop_back();
    Operand& left = stack_.back();
    if (step.op >= Operator::kEqual) {
      left = {.is_number = true, .number = compare(step.op, left, right) ? 1 : 0};
      continue;
    }
    CHECK(left.is_number && right.is_number);
    if (!dedalus::calculate(step.op, left.number, right.number, left.number)) {
      return false;
    }
  }
  CHECK(stack_.size() == 1);
  return true;
}

bool Calculator::value(const CompiledExpression& expression,
                       const std::vector<Value>& variables, Value& result) {
  if (expression.is_simple()) {
    const Use& use = expression.steps.front().use;
    result = use.kind == Use::Kind::kConstant ? use.constant : variables[use.variable];
    return true;
  }
  if (!calculate(expression, variables)) return false;
  const Operand& top = stack_.back();
  result = top.is_number ? values_.number(top.number) : top.value;
  return true;
}

bool Calculator::is_true(const CompiledExpression& expression,
                         const std::vector<Value>& variables) {
  return calculate(expression, variables) && stack_.back().is_number &&
         stack_.back().number != 0;
}

}  // namespace cutset::dedalus
