// The analysis as one HTML file that works offline: for each class of requests a picture
// of its calls, and what would break it drawn into that picture.
//
// Bound: about kMostBoxes boxes in all pictures together and some hundred rows a table;
// what is left out is said where it would stand.
//
// Thread rule: pure function.
#pragma once

#include <cstddef>
#include <string>

#include "report/analysis.h"

namespace cutset::report {

/// Everything from the system under test is escaped: a hostile service name is shown, not
/// run.
std::string analysis_html(const Analysis& analysis);

constexpr size_t kMostBoxes = 6000;

}  // namespace cutset::report
