// A checked program: what the parser and the checks hand to the evaluator. Names are
// resolved to numbers, every column has a type, rules are in strata; nothing here can
// still be wrong (dedalus.md sections 4 to 8).
//
// Invariants (check_invariants):
// 1. Relation, variable and stratum numbers are indices; arities agree.
// 2. A rule's variables stand in a positive premise, with two exceptions. (a) A variable
//    that stands twice or more in one negated premise and nowhere else: equality among
//    its columns, no binding (other variables that only negated premises have are
//    wildcards here). (b) The first column of premises[0] when that is negated: the clock
//    binds it to each node in turn (section 5); it stands in no head column.
// 3. A deductive rule's negated or aggregated premises belong to strata below its own,
//    its other premises to its own or below; those with "@number" count as same-time (the
//    number may be now). Only deductive rules have aggregates.
// 4. A file that is included or named twice counts once: its rules and facts stand here
//    once, so that no firing is recorded twice.
//
// crash(Observer LOCATION, Node LOCATION, Time INT) is an ordinary relation, in
// `relations` if the program mentions it. No rule derives it: the simulator provides its
// tuples at every time 1..EOT (section 9), besides the program's own facts of it, if any.
// `clock` is reserved and never a relation here: a rule's timing and location say which
// clock tuple it uses.
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
  std::vector<std::string> variables;  // names, by VariableId; those of case (a) of
                                       // invariant 2 may repeat another's name
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
  std::vector<std::string> files;   // each with its includes behind it
  std::vector<Relation> relations;  // in order of first appearance
  std::vector<Rule> rules;          // as written, includes in place
  std::vector<Fact> facts;
  /// Deductive rules by stratum, ascending; the rules of one are evaluated together to
  /// their fixpoint. One stratum for each strongly connected component of relations that
  /// rules derive, so most have no recursion.
  std::vector<std::vector<RuleId>> strata;

  std::optional<RelationId> relation(const std::string& name) const;
};

/// CHECKs the invariants.
void check_invariants(const Program& program);

}  // namespace cutset::dedalus
