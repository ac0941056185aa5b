// The analysis for programs: "cutset-analysis/1", all that analysis.h has
// (schema/cutset-analysis.schema.json, docs/formats.md). Keys and lists always stand in
// the same order. Thread rule: pure function.
#pragma once

#include <string>

#include "report/analysis.h"

namespace cutset::report {

/// Indented JSON with a line end.
std::string analysis_json(const Analysis& analysis);

}  // namespace cutset::report
