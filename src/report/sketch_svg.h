// The space-time diagram of runs of nodes as one SVG element: the runs beside each other
// on one time scale, time going down, a lane for the clients and one for each node.
//
//   thick lane            the node holds the write that is followed; a cross ends it
//   bar                   a fault, on the node or between the two ends of a link
//   dark arrow            a message that carried the write, or that replaced its copy
//   pale line             a link on which other messages arrived; dashed: none of them
//   did
//
// However many messages there were, the number of elements is bounded.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/sketch_notes.h"

namespace cutset::report {

/// Requires: a run with a node. `title`: for those who cannot see it.
std::string sketch_svg(const std::vector<SketchedRun>& runs, const std::string& title);

/// Rules for its classes; colours are custom properties of the page.
std::string_view sketch_css();

}  // namespace cutset::report
