// A campaign on nodes as one page that loads nothing: the mechanisms, a ladder for each
// element with its rungs coloured by what came of them, every schedule that was tried,
// what is claimed. Thread rule: pure function.
#pragma once

#include <string>

#include "campaign/nodes/node_summary.h"

namespace cutset::report {

std::string nodes_html(const campaign::nodes::NodeSummary& summary);

}  // namespace cutset::report
