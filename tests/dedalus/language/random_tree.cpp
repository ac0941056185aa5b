#include "random_tree.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cutset::dedalus {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

RandomTree::RandomTree(uint64_t seed) : random_(seed) {
  for (size_t i = below(8); i > 0; --i) tree_.clauses.push_back(clause());
}

std::string RandomTree::characters(std::string_view from, size_t most) {
  std::string text;
  for (size_t i = below(most + 1); i > 0; --i) text += from[below(from.size())];
  return text;
}

std::string_view RandomTree::relation() {
  static const std::vector<std::string> kNames = {
      "p", "include", "includes", "next", "async_1", "log", "clock", "sum"};
  if (!chance(4)) return kNames[below(kNames.size())];
  return keep("r" + characters("abz_09", 30));
}

Operand RandomTree::operand() {
  Operand operand;
  switch (below(4)) {
    case 0:
      operand.kind = Operand::Kind::kString;
      operand.text = keep(characters("ab \n\t/*;,()@:-.'_\xC3\xA9", 20));
      break;
    case 1:
      operand.kind = Operand::Kind::kNumber;
      operand.text = keep(std::to_string(random_() >> (1 + below(63))));
      operand.number = std::stoll(std::string(operand.text));
      break;
    default:
      operand.text = variable();
  }
  return operand;
}

std::string_view RandomTree::variable() {
  if (chance(3)) return "_";
  static const std::vector<std::string> kNames = {"X",      "Y",   "_x", "Notin",
                                                  "notinX", "X.1", "A?", "x@y"};
  return kNames[below(kNames.size())];
}

Atom RandomTree::atom(bool expression) {
  Atom atom;
  if (!expression && chance(6)) {
    static const std::vector<std::string> kNames = {"count", "max", "min",
                                                    "sum",   "avg", "cnt"};
    atom.aggregate = kNames[below(kNames.size())];
    atom.first.text = variable();
    return atom;
  }
  atom.first = operand();
  // A comparison `X < Y > ..` in a column would be read as an aggregate.
  const size_t operators = expression ? 10 : 8;
  for (size_t i = expression ? 1 + below(3) : (chance(3) ? below(4) : 0); i > 0; --i) {
    static const Operator kOperators[] = {Operator::kAdd,       Operator::kSubtract,
                                          Operator::kMultiply,  Operator::kDivide,
                                          Operator::kEqual,     Operator::kNotEqual,
                                          Operator::kLessEqual, Operator::kGreaterEqual,
                                          Operator::kLess,      Operator::kGreater};
    atom.rest.push_back({kOperators[below(operators)], 0, operand()});
  }
  return atom;
}

Predicate RandomTree::predicate() {
  Predicate predicate;
  predicate.negated = chance(4);
  predicate.name = relation();
  for (size_t i = below(5); i > 0; --i) predicate.columns.push_back(atom(false));
  if (chance(3)) {
    using Kind = syntax::Time::Kind;
    static const Kind kKinds[] = {Kind::kNext, Kind::kAsync, Kind::kNumber};
    const Kind kind = kKinds[below(3)];
    const int64_t number = kind == Kind::kNumber ? static_cast<int64_t>(below(200)) : 0;
    predicate.time = syntax::Time{kind, number, 0};
  }
  return predicate;
}

syntax::Clause RandomTree::clause() {
  syntax::Clause clause;
  if (chance(8)) {
    clause.what = syntax::Include{keep(characters("ab/._-", 20)), 0, 0};
  } else if (chance(2)) {
    clause.what = syntax::Fact{predicate()};
  } else {
    syntax::Rule rule{predicate(), {}};
    for (size_t i = 1 + below(6); i > 0; --i) {
      if (chance(4)) {
        rule.body.emplace_back(atom(true));
      } else {
        rule.body.emplace_back(predicate());
      }
    }
    clause.what = std::move(rule);
  }
  return clause;
}

namespace {

// Equality of all but places.
bool equal(const Operand& left, const Operand& right) {
  return left.kind == right.kind && left.text == right.text &&
         left.number == right.number;
}

bool equal(const Atom& left, const Atom& right) {
  if (left.aggregate != right.aggregate || !equal(left.first, right.first)) return false;
  return std::equal(left.rest.begin(), left.rest.end(), right.rest.begin(),
                    right.rest.end(), [](const auto& a, const auto& b) {
                      return a.op == b.op && equal(a.operand, b.operand);
                    });
}

bool equal(const Predicate& left, const Predicate& right) {
  if (left.negated != right.negated || left.name != right.name) return false;
  if (left.time.has_value() != right.time.has_value()) return false;
  if (left.time &&
      (left.time->kind != right.time->kind || left.time->number != right.time->number)) {
    return false;
  }
  return std::equal(left.columns.begin(), left.columns.end(), right.columns.begin(),
                    right.columns.end(),
                    [](const Atom& a, const Atom& b) { return equal(a, b); });
}

bool equal(const syntax::Include& left, const syntax::Include& right) {
  return left.path == right.path;
}

bool equal(const syntax::Fact& left, const syntax::Fact& right) {
  return equal(left.head, right.head);
}

bool equal(const syntax::BodyTerm& left, const syntax::BodyTerm& right) {
  if (left.index() != right.index()) return false;
  if (left.index() == 0) return equal(std::get<0>(left), std::get<0>(right));
  return equal(std::get<1>(left), std::get<1>(right));
}

bool equal(const syntax::Rule& left, const syntax::Rule& right) {
  return equal(left.head, right.head) &&
         std::equal(left.body.begin(), left.body.end(), right.body.begin(),
                    right.body.end(),
                    [](const auto& a, const auto& b) { return equal(a, b); });
}

}  // namespace

bool equal(const syntax::Clause& left, const syntax::Clause& right) {
  if (left.what.index() != right.what.index()) return false;
  return std::visit(
      [&right](const auto& of_left) {
        using Kind = std::decay_t<decltype(of_left)>;
        return equal(of_left, std::get<Kind>(right.what));
      },
      left.what);
}

}  // namespace cutset::dedalus
