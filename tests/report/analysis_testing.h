// Analyses and differences by hand for the tests of their renderers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lineage/execution_difference.h"
#include "report/analysis.h"

namespace cutset::report {

/// A shop whose orders are paid through either of two banks, an answer with retries, a
/// kind of request that only failed; a file that was refused.
Analysis shop_analysis();
/// Names that would end tags, colour terminals, break lines and fill screens.
Analysis hostile_analysis();
/// An entry with `calls` calls below it in a few shapes, all single points.
Analysis large_analysis(size_t calls);
/// Trees of random shape, with random names of all kinds of bytes.
Analysis random_analysis(uint64_t seed);

std::vector<lineage::ExecutionDifference> shop_differences();

/// "shop", "hostile"; fails the program for others.
Analysis analysis_of(const std::string& name);

}  // namespace cutset::report
