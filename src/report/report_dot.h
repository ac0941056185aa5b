// The calls of one execution as a Graphviz graph: a node a call, an edge to what its
// handler called in turn. Thread rule: pure function.
#pragma once

#include <string>

#include "lineage/execution.h"

namespace cutset::report {

std::string report_dot(const lineage::Execution& execution);

}  // namespace cutset::report
