// The cut sets of an analysis as FDSL schedules, one file each:
// `FOLDER/01-frontend-get-dispatch/cut-01.yml`. Thread rule: one thread.
#pragma once

#include <string>

#include "base/result.h"
#include "report/analysis.h"

namespace cutset::cli {

/// "frontend GET /dispatch" as a part of a file name: "frontend-get-dispatch".
std::string file_slug(const std::string& name);
/// "01-frontend-get-dispatch": unique in the analysis, in its order.
std::string class_folder(const report::Analysis& analysis, size_t index);

/// Writes a schedule for every cut set and notes its path in AnalysedCut::schedule. The
/// fault of each call is a 503 without calling: the mildest that fails it.
/// Error: a file that cannot be written.
Status write_schedules(const std::string& folder, report::Analysis& analysis);

}  // namespace cutset::cli
