// Every relation at each time as text, the run without faults beside the one with them.
// Thread rule: pure function.
#pragma once

#include <string>

#include "report/protocol.h"
#include "report/text_options.h"

namespace cutset::report {

/// A line a time; tuples that only the good run has are marked "-", those that only this
/// run has "+". Relations that are the same in both runs are one line.
std::string protocol_tables_text(const ProtocolFinding& finding,
                                 const TextOptions& options);

}  // namespace cutset::report
