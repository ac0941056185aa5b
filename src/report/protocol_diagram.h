// The space-time diagram of a counterexample as text: nodes are columns, time goes down,
// a line for what one node sends at one time, with an arrow at each receiver.
//
//   time    a          b          c
//      1    ●──────────✗──────────▶     log to b: lost
//      2    ╳          │          │     a crashes
//      3    ┊          │          │
//      4    ┊          │          │     end
//
// Steps that look like the one before are folded into one line; in runs of more than ten
// steps also those that are as in the run without faults.
//
// Thread rule: pure function.
#pragma once

#include <string>

#include "report/protocol.h"
#include "report/text_options.h"

namespace cutset::report {

/// Lines with their ends, a legend of the signs used last; one line that says so if there
/// are too many nodes for the width.
std::string protocol_diagram(const ProtocolCheck& check, const ProtocolFinding& finding,
                             const TextOptions& options);

}  // namespace cutset::report
