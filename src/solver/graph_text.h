// A fault graph as cutset-dag/1 text, for whoever checks a certificate of it.
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "solver/fault_graph.h"

namespace cutset::solver {

/// A word of the text form: spaces, controls and '%' as %XX, "-" for nothing.
std::string word_of(std::string_view text);

std::string graph_text(const FaultGraph& graph);

}  // namespace cutset::solver
