// Join plans: in which order a rule's premises and conditions are looked at.
#pragma once

#include "dedalus/evaluation/compiled_program.h"

namespace cutset::dedalus {

/// Greedy: the new premise first, then always the premise with the most columns bound;
/// conditions, negations and the location as soon as their variables are bound. The
/// columns that joins look up become indices of `program`.
/// `in_component`: by premise, whether it is of the rule's own component.
Plan make_plan(CompiledProgram& program, const CompiledRule& rule, uint32_t new_premise,
               const std::vector<bool>& in_component);

/// Where the premise's tuples are if it is no pin, or its pin's time is not now.
Slot slot_of(const CompiledProgram& program, const CompiledPremise& premise);

}  // namespace cutset::dedalus
