// What `cutset analyze` prints: for each class of requests its calls as a tree, what
// breaks it, what is redundant, and why it is thought so; to be understood without the
// documentation.
//
// Thread rule: pure function.
#pragma once

#include <string>

#include "report/analysis.h"
#include "report/text_options.h"

namespace cutset::report {

/// Lines of UTF-8 (ASCII without TextOptions::unicode), each with its end; control
/// characters of the system under test are replaced. Not longer than a few screens for
/// each class that is shown in full, unless TextOptions::all.
std::string analysis_text(const Analysis& analysis, const TextOptions& options = {});

}  // namespace cutset::report
