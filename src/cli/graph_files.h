// The derivation graph of each class of an analysis as files:
// `FOLDER/01-frontend-get-dispatch/graph.dag` (cutset-dag/1 text), `graph.json`
// (cutset-dag/1 JSON), `graph.dot`, `graph.prov.json`, `class.json` (the graph with the
// names of its calls). Thread rule: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/analysis.h"
#include "report/analysis_builder.h"

namespace cutset::cli {

/// `built` is what `analysis` was made from. Error: a file that cannot be written.
Status write_graphs(const std::string& folder, const report::Analysis& analysis,
                    const report::BuiltAnalysis& built);

}  // namespace cutset::cli
