// What `cutset diff` prints: where a bad run began to differ from the good ones, and what
// followed from it. Thread rule: pure function.
#pragma once

#include <string>
#include <vector>

#include "lineage/execution_difference.h"

namespace cutset::report {

/// Lines of UTF-8, each with its end; control characters of the system under test are
/// replaced.
std::string difference_text(const std::vector<lineage::ExecutionDifference>& differences,
                            bool color);

}  // namespace cutset::report
