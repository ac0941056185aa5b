#include "dedalus/language/expression_parser.h"

#include <array>
#include <charconv>
#include <utility>

#include "dedalus/language/parser.h"

namespace cutset::dedalus {

using syntax::Atom;
using syntax::Operand;

namespace {

/// In this order; `<=` and `>=` before `<` and `>` (section 12.2).
constexpr std::array<std::pair<std::string_view, Operator>, 10> kOperators = {{
    {"==", Operator::kEqual},
    {"!=", Operator::kNotEqual},
    {"<=", Operator::kLessEqual},
    {">=", Operator::kGreaterEqual},
    {"+", Operator::kAdd},
    {"-", Operator::kSubtract},
    {"/", Operator::kDivide},
    {"*", Operator::kMultiply},
    {"<", Operator::kLess},
    {">", Operator::kGreater},
}};

}  // namespace

bool ExpressionParser::error(uint32_t offset, std::string message) {
  if (const auto comment = scanner_.open_comment()) {
    problems_.error(source_, file_, *comment,
                    "this comment does not end; expected `*/` behind it");
  } else {
    problems_.error(source_, file_, offset, std::move(message));
  }
  return false;
}

bool ExpressionParser::expected(std::string_view what, std::string_view advice) {
  const uint32_t offset = scanner_.next();
  const std::string found = scanner_.found();
  return error(
      offset, "expected " + std::string(what) + ", found " + found + std::string(advice));
}

bool ExpressionParser::atom(Atom& into) {
  into.offset = scanner_.next();
  if (const auto name = scanner_.ident(); name && scanner_.accept("<")) {
    const uint32_t offset = scanner_.next();
    if (const auto variable = scanner_.ident(); variable && scanner_.accept(">")) {
      into.aggregate = *name;
      into.first = {
          .kind = Operand::Kind::kName, .offset = offset, .text = *variable, .number = 0};
      return true;
    }
  }
  scanner_.go_to(into.offset);
  return operand(into.first, "a variable, a number or a string") && operations(into);
}

bool ExpressionParser::operations(Atom& into) {
  while (true) {
    const uint32_t offset = scanner_.next();
    constexpr std::string_view kFirst = "=!<>+-/*";
    if (kFirst.find(scanner_.peek()) == std::string_view::npos) return true;
    const std::pair<std::string_view, Operator>* found = nullptr;
    for (const auto& candidate : kOperators) {
      if (found == nullptr && scanner_.accept(candidate.first)) found = &candidate;
    }
    if (found == nullptr) return true;
    if (into.rest.size() == kMaxOperations) {
      return error(offset, "more than " + std::to_string(kMaxOperations) +
                               " operators in one expression");
    }
    syntax::Operation operation{.op = found->second, .offset = offset, .operand = {}};
    const std::string what =
        "a variable, a number or a string behind `" + std::string(found->first) + "`";
    if (!operand(operation.operand, what)) return false;
    into.rest.push_back(operation);
  }
}

bool ExpressionParser::operand(Operand& into, const std::string& what) {
  into.offset = scanner_.next();
  if (const auto text = scanner_.string()) {
    into.kind = Operand::Kind::kString;
    into.text = *text;
    return true;
  }
  if (const auto digits = scanner_.digits()) {
    into.kind = Operand::Kind::kNumber;
    into.text = *digits;
    return number(*digits, into.offset, into.number);
  }
  if (const auto name = scanner_.ident()) {
    into.kind = Operand::Kind::kName;
    into.text = *name;
    return true;
  }
  if (scanner_.looks_at("'")) return expected(what, " (strings stand in \"\")");
  if (scanner_.looks_at("-")) return expected(what, " (-1 is written 0-1)");
  if (scanner_.looks_at("(")) return expected(what, " (expressions have no brackets)");
  return expected(what);
}

bool ExpressionParser::number(std::string_view digits, uint32_t offset, int64_t& into) {
  const char* end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, into).ec == std::errc()) return true;
  return error(offset, "the number is too large; the largest is 9223372036854775807");
}

}  // namespace cutset::dedalus
