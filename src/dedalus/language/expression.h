// Operators and the order in which an expression's chain of them is computed
// (dedalus.md section 2): `* /` over `+ -` over comparisons, each from the left.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

/// "+", "<=", ..
std::string_view sign_of(Operator op);
bool is_comparison(Operator op);

/// One step in post-order: an operand, or (null) an operator.
struct PostfixStep {
  const syntax::Operand* operand = nullptr;
  Operator op = Operator::kAdd;
  uint32_t offset = 0;
};

/// Requires: no aggregate. The steps point into `atom`.
std::vector<PostfixStep> postfix(const syntax::Atom& atom);

}  // namespace cutset::dedalus
