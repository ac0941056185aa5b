// The order in which the deductive rules of a step are evaluated, and which of them a
// verdict needs.
#pragma once

#include "dedalus/evaluation/compiled_program.h"

namespace cutset::dedalus {

/// Fills `components`, with plans of their rules not yet made, and the flags of
/// components and relations. Requires: rules, aggregations, pins, emitting, pre, post.
/// Error: a rule's negated or aggregated premise needs the rule's own head at the same
/// time (only pins can: the program's checks found the others).
Status make_schedule(CompiledProgram& compiled, const Program& program, Time eot);

}  // namespace cutset::dedalus
