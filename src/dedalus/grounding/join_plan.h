// In which order a rule's positive premises are matched, and what each column does.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dedalus/evaluation/values.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct JoinColumn {
  enum class Kind : uint8_t {
    kAny,
    kValue,     // equals `value`: part of the mask
    kVariable,  // equals a variable that is bound before this step: part of the mask
    kBind,      // binds the variable
    kSame,      // equals a variable that this step binds in an earlier column
  };
  Kind kind = Kind::kAny;
  Value value = 0;
  VariableId variable = 0;
};

struct JoinStep {
  uint32_t premise = 0;
  uint64_t mask = 0;
  std::vector<JoinColumn> columns;
  std::vector<uint32_t> conditions;  // that can be decided after this step
};

struct JoinPlan {
  std::vector<JoinStep> steps;
  std::vector<uint32_t> conditions_first;  // that need no premise
};

/// The location variable of a rule whose first premise is negated and which no positive
/// premise binds: the clock binds it.
std::optional<VariableId> clock_variable(const Rule& rule);

/// `first`: the premise to begin with; its size() if that is open. Requires: every
/// variable of a condition is in a positive premise or the clock's.
JoinPlan plan_join(const Rule& rule, size_t first, ValueTable& values);

/// The columns of a negated premise, when all that can be bound is.
JoinStep plan_absence(const Rule& rule, size_t premise, ValueTable& values);

/// The value under these bindings; nothing: a division by zero.
std::optional<Value> evaluate(const Expression& expression, std::span<const Value> bound,
                              ValueTable& values);

}  // namespace cutset::dedalus
