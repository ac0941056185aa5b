// A campaign on nodes as one page that loads nothing: the mechanisms, each with a picture
// of its run beside one that held; a ladder for each element with its rungs coloured by
// what came of them, every schedule that was tried, what is claimed. Thread rule: pure
// function.
#pragma once

#include <string>

#include "campaign/nodes/node_summary.h"
#include "report/nodes_pictures.h"

namespace cutset::report {

std::string nodes_html(const campaign::nodes::NodeSummary& summary,
                       const Sketches& sketches);

}  // namespace cutset::report
