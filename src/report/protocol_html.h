// Checks of a protocol model as one HTML file that needs nothing else: verdicts, for each
// counterexample its story, space-time diagram, the derivations of the good and the bad
// run and where they part, tables at each time, the runs that were made.
//
// Thread rule: pure function.
#pragma once

#include <string>
#include <vector>

#include "report/protocol.h"

namespace cutset::report {

std::string protocol_html(const std::vector<ProtocolCheck>& checks);

}  // namespace cutset::report
