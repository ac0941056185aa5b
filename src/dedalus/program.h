// A checked program: what the parser and the checks hand to the evaluator. Names are
// resolved to numbers, every column has a type, rules are in strata; nothing here can
// still be wrong (dedalus.md sections 4 to 8).
//
// Invariants (check_invariants):
// 1. Relation, variable and stratum numbers are indices; arities agree.
// 2. A rule's variables stand in a positive premise, except those that occur only inside
//    one negated premise (wildcards there).
// 3. A deductive rule's negated or aggregated same-time premises belong to strata below
//    its own; only deductive rules have aggregates.
// 4. A rule that stands in the files more than once (a file included twice) is one rule.
//
// Thread rule: a value, const after it was checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cutset::dedalus {

/// In a file of the program, for messages. 1-based.
struct Place {
  uint32_t file = 0;  // index into Program::files
  uint32_t line = 0;
  uint32_t column = 0;
};

using RelationId = uint32_t;
using RuleId = uint32_t;
using VariableId = uint32_t;  // within its rule

enum class ColumnType : uint8_t { kInt, kString, kLocation };

/// A number, or the text of a string or location.
using Constant = std::variant<int64_t, std::string>;

struct Relation {
  std::string name;
  std::vector<ColumnType> columns;  // at least one; [0] is a location
  Place place;                      // where it was met first
};

/// A column of a premise.
struct Term {
  enum class Kind : uint8_t { kVariable, kWildcard, kConstant };
  Kind kind = Kind::kWildcard;
  VariableId variable = 0;
  Constant constant;
};

enum class Operator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,  // int64, wrap around; by zero: the rule does not fire
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};

/// A tree in post-order: operands before their operator.
struct Expression {
  struct Step {
    enum class Kind : uint8_t { kVariable, kConstant, kOperator };
    Kind kind = Kind::kConstant;
    VariableId variable = 0;
    Constant constant;
    Operator op = Operator::kAdd;
  };
  std::vector<Step> steps;
};

enum class Aggregate : uint8_t { kNone, kCount, kMax, kMin, kSum, kAvg };

struct HeadColumn {
  Aggregate aggregate = Aggregate::kNone;
  Expression value;  // an aggregate's is one variable
};

struct Premise {
  RelationId relation = 0;
  bool negated = false;
  std::vector<Term> columns;
  std::optional<int64_t> at;  // "@number": that absolute time
  Place place;
};

/// Must be true: a comparison, or a number other than zero.
struct Condition {
  Expression expression;
  Place place;
};

struct Rule {
  enum class Timing : uint8_t {
    kDeductive,  // same time
    kNext,       // same node, time + 1
    kAsync,      // a message to the node in the head's first column
  };
  RelationId head = 0;
  std::vector<HeadColumn> columns;
  Timing timing = Timing::kDeductive;
  std::vector<Premise> premises;  // as written; the first column of [0] is the location
  std::vector<Condition> conditions;
  std::vector<std::string> variables;  // names, by VariableId
  uint32_t stratum = 0;                // deductive rules
  Place place;
  std::string text;  // formatted, one line: for explanations
};

struct Fact {
  RelationId relation = 0;
  std::vector<Constant> columns;
  int64_t time = 0;  // holds at this time only; may lie beyond the end of time
  Place place;
};

struct Program {
  std::vector<std::string> files;   // as the user named them, includes behind
  std::vector<Relation> relations;  // in order of first appearance
  std::vector<Rule> rules;          // as written, includes in place
  std::vector<Fact> facts;
  /// Deductive rules by stratum, ascending; the rules of one are evaluated together to
  /// their fixpoint.
  std::vector<std::vector<RuleId>> strata;

  std::optional<RelationId> relation(const std::string& name) const;
};

void check_invariants(const Program& program);

}  // namespace cutset::dedalus
