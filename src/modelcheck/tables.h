// Every relation at each time, in two runs beside each other. Thread rule: as the
// Simulator: one thread.
#pragma once

#include "dedalus/evaluation/simulator.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

/// Relations of the program, in its order, and of each all times at which it has tuples
/// in one of the runs. Cut off at 20 000 rows.
void add_tables(const dedalus::Simulator& simulator, const dedalus::Run& good,
                const dedalus::Run& bad, report::ProtocolFinding& finding);

}  // namespace cutset::modelcheck
