#include "dedalus/language/expression.h"

#include "base/check.h"

namespace cutset::dedalus {

namespace {

int precedence(Operator op) {
  switch (op) {
    case Operator::kMultiply:
    case Operator::kDivide:
      return 2;
    case Operator::kAdd:
    case Operator::kSubtract:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kEqual:
      return "==";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kLess:
      return "<";
    case Operator::kLessEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterEqual:
      return ">=";
  }
  CHECK(false);
}

bool is_comparison(Operator op) {
  return precedence(op) == 0;
}

std::vector<PostfixStep> postfix(const syntax::Atom& atom) {
  CHECK(!atom.is_aggregate());
  std::vector<PostfixStep> steps;
  std::vector<PostfixStep> waiting;  // operators, of rising precedence
  steps.push_back({&atom.first, Operator::kAdd, atom.first.offset});
  for (const syntax::Operation& operation : atom.rest) {
    while (!waiting.empty() &&
           precedence(waiting.back().op) >= precedence(operation.op)) {
      steps.push_back(waiting.back());
      waiting.pop_back();
    }
    waiting.push_back({nullptr, operation.op, operation.offset});
    steps.push_back({&operation.operand, Operator::kAdd, operation.operand.offset});
  }
  while (!waiting.empty()) {
    steps.push_back(waiting.back());
    waiting.pop_back();
  }
  return steps;
}

}  // namespace cutset::dedalus
