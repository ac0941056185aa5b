// How alike the runs without faults were: whether what was seen can be relied on, and how
// much of what can happen has not been seen. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "campaign/nodes/node_experimenter.h"

namespace cutset::campaign::nodes {

/// Sentences for the report; none for what is as it should be or is not known.
/// Requires: at least one run.
std::vector<std::string> stability_notes(const std::vector<NodeRun>& runs);

}  // namespace cutset::campaign::nodes
