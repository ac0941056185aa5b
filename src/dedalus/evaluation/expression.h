// Arithmetic and comparisons of rules (dedalus.md sections 2 and 6): 64 bits, wrapping
// around; division truncates; what divides by zero has no value, so its rule does not
// fire.
//
// Thread rule: not thread-safe (one stack).
#pragma once

#include <cstdint>
#include <vector>

#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/values.h"

namespace cutset::dedalus {

class Calculator {
 public:
  explicit Calculator(ValueTable& values) : values_(values) {}

  /// False: it has no value. Requires: its variables are bound.
  bool value(const CompiledExpression& expression, const std::vector<Value>& variables,
             Value& result);
  /// A comparison that holds, or a number other than zero.
  bool is_true(const CompiledExpression& expression, const std::vector<Value>& variables);

 private:
  struct Operand {
    bool is_number = false;
    int64_t number = 0;
    Value value = 0;  // of texts
  };
  Operand read(const Use& use, const std::vector<Value>& variables) const;
  bool calculate(const CompiledExpression& expression,
                 const std::vector<Value>& variables);
  bool compare(Operator op, const Operand& left, const Operand& right) const;

  ValueTable& values_;
  std::vector<Operand> stack_;
};

}  // namespace cutset::dedalus
