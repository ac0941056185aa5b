// The space-time diagram of a protocol's counterexample as an SVG element: nodes are
// rows, steps go from left to right, an arrow a channel and step. Lost messages, crashes
// and what only one of the two runs sends are drawn in; tooltips have the tuples.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/protocol.h"

namespace cutset::report {

std::string protocol_svg(const ProtocolCheck& check, const ProtocolFinding& finding,
                         const std::string& title);

/// Rules for its classes; colours are custom properties of the page.
std::string_view protocol_svg_css();

}  // namespace cutset::report
