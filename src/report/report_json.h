// The report for programs. Its own "schema_version"; keys and lists always in the same
// order. Thread rule: pure function.
#pragma once

#include <string>

#include "report/journal_reader.h"

namespace cutset::report {

/// Indented JSON with a line end.
std::string report_json(const JournalView& view);

}  // namespace cutset::report
