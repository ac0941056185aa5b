// Differences of executions for programs: "cutset-difference/1" (docs/formats.md). Keys
// and lists always stand in the same order. Thread rule: pure function.
#pragma once

#include <string>
#include <vector>

#include "lineage/execution_difference.h"

namespace cutset::report {

/// Indented JSON with a line end.
std::string difference_json(const std::vector<lineage::ExecutionDifference>& differences);

}  // namespace cutset::report
