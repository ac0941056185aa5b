// The header of cutset-dag/1: format, family, params, known. Shared by its two forms.
// Thread rule: pure functions.
#pragma once

#include "solver/fault_graph.h"
#include "solver/json_cursor.h"

namespace cutset::solver {

/// One member of the header whose key was read; leaves the cursor behind its value.
/// Unknown keys are passed over.
Status read_header_member(const std::string& key, JsonCursor& json, FaultGraph& graph);

}  // namespace cutset::solver
