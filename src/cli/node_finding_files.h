// Findings of a campaign on nodes as files: the FDSL schedule that was played, and what
// replaying it should show. Thread rule: main thread.
#pragma once

#include <string>

#include "base/result.h"
#include "campaign/nodes/node_summary.h"

namespace cutset::cli {

/// "<state>/findings/finding-<id>.yaml" of each confirmed finding; the schedules are
/// those that the campaign left in "<state>/schedules".
Status write_node_finding_files(const std::string& state,
                                const campaign::nodes::NodeSummary& summary);

}  // namespace cutset::cli
