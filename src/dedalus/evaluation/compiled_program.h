// A program as the evaluator runs it: values interned, joins planned, rules in the order
// of evaluation.
//
// Slots are where the tuples of one step stand: one for each relation of the program, one
// for the contributions of each rule with aggregates, one for each pin.
// A *pin* is a relation at an absolute time (a premise "@number"): at that time it is the
// relation's own slot; later it is a slot with what held then; earlier, the facts.
//
// Invariants: components are in an order in which every relation is complete before it
// is negated or aggregated; a component is recursive if its rules feed each other.
//
// Thread rule: const after compile().
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/values.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

using Slot = uint32_t;
inline constexpr uint32_t kNoIndex = 0xffffffffU;

/// A column of a premise, or a value of an expression.
struct Use {
  enum class Kind : uint8_t { kAny, kConstant, kVariable };
  Kind kind = Kind::kAny;
  Value constant = 0;
  VariableId variable = 0;
};

struct CompiledExpression {
  struct Step {
    bool is_operator = false;
    Operator op = Operator::kAdd;
    Use use;
  };
  std::vector<Step> steps;
  /// A single constant or variable.
  bool is_simple() const { return steps.size() == 1; }
};

struct CompiledPremise {
  RelationId relation = 0;
  uint32_t pin = kNoIndex;  // into CompiledProgram::pins
  bool negated = false;
  std::vector<Use> columns;
};

/// What is done with a column when a tuple is met.
struct ColumnAction {
  uint32_t column = 0;
  Use use;
};

/// One step of a plan.
struct Operation {
  enum class Kind : uint8_t {
    kJoin,       // for each matching tuple of the premise
    kAbsent,     // go on if no tuple matches the premise
    kCondition,  // go on if it is true
    kAtNode,     // go on if the location is a node that is up
    kEachNode,   // for each node that is up, as location
  };
  /// Which tuples of a relation of the same component a join sees.
  enum class Range : uint8_t { kAll, kCurrent, kNew, kOld };
  Kind kind = Kind::kJoin;
  Range range = Range::kAll;
  uint32_t premise = 0;    // or condition
  bool all_bound = false;  // the keys are all columns
  uint32_t index = kNoIndex;
  std::vector<ColumnAction> keys;    // bound before
  std::vector<ColumnAction> binds;   // first use of the variable
  std::vector<ColumnAction> checks;  // second use within the premise
};

struct Plan {
  /// The premise that is joined with new tuples only; kNoIndex: all tuples.
  uint32_t new_premise = kNoIndex;
  std::vector<Operation> operations;
};

struct CompiledRule {
  RuleId rule = 0;
  enum class Kind : uint8_t { kDeductive, kContribution, kNext, kAsync };
  Kind kind = Kind::kDeductive;
  RelationId head = 0;  // of contributions: their relation
  std::vector<CompiledExpression> head_columns;
  std::vector<CompiledPremise> premises;  // as written
  std::vector<CompiledExpression> conditions;
  uint32_t variables = 0;
  /// The location: any node, the node, or the variable's value.
  Use location;
  /// Premises that are not negated, as written.
  std::vector<uint32_t> positive;
  /// [0]: all tuples; then one for each premise of the rule's own component.
  std::vector<Plan> plans;
};

/// From contributions to a head.
struct CompiledAggregation {
  RuleId rule = 0;
  RelationId head = 0;
  RelationId contributions = 0;
  uint32_t group_columns = 0;  // the first columns of the contributions
  struct Column {
    Aggregate aggregate = Aggregate::kNone;
    uint32_t column = 0;  // of the contributions
  };
  std::vector<Column> columns;  // of the head
};

/// Rules that are evaluated together.
struct Component {
  std::vector<uint32_t> rules;         // into CompiledProgram::rules
  std::vector<uint32_t> aggregations;  // else
  std::vector<RelationId> heads;
  bool is_recursive = false;
  bool is_core = false;    // reaches @next, @async or a pin of what can change a verdict
  bool is_judged = false;  // reaches pre or post in the same step
};

struct Pin {
  RelationId relation = 0;
  Time time = 0;
  Slot slot = 0;
};

struct CompiledProgram {
  RelationId relations = 0;         // of the program
  std::vector<uint32_t> arity;      // by slot but for pins: + contributions
  std::vector<CompiledRule> rules;  // deductive, contributions, next, async
  std::vector<CompiledAggregation> aggregations;
  std::vector<Component> components;  // in order of evaluation
  std::vector<uint32_t> emitting;     // rules of kind next and async
  std::vector<uint32_t> core_emitting;
  std::vector<Pin> pins;
  std::vector<Time> pin_times;    // ascending, distinct
  std::vector<bool> is_pinned;    // by relation
  std::vector<bool> is_relevant;  // by relation: can change a verdict
  /// By slot: the column lists of its indices.
  std::vector<std::vector<std::vector<uint32_t>>> indices;
  RelationId crash = kNoIndex;  // kNoIndex: the program does not read it
  RelationId pre = 0;
  RelationId post = 0;
  bool core_reads_crash = false;
  bool judged_reads_crash = false;
  bool core_has_pins = false;
  bool judged_has_pins = false;

  Slot slots() const { return static_cast<Slot>(arity.size() + pins.size()); }
};

/// Error: pre or post is missing; a premise "@number" that makes its rule depend on its
/// own negation at that time. `values` holds the nodes' names as its first texts.
Result<CompiledProgram> compile(const Program& program, const FailureSpec& spec,
                                ValueTable& values);

}  // namespace cutset::dedalus
