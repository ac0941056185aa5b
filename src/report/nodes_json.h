// A campaign on nodes as JSON (docs/formats.md). Thread rule: pure function.
#pragma once

#include <string>

#include "campaign/nodes/node_summary.h"

namespace cutset::report {

constexpr int kNodesReportSchema = 1;

/// Two spaces of indentation; ends with a newline.
std::string nodes_json(const campaign::nodes::NodeSummary& summary);

}  // namespace cutset::report
