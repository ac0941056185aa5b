// The readers behind fault_graph.h, one file each. Thread rule: pure functions.
#pragma once

#include "solver/byte_reader.h"
#include "solver/fault_graph.h"

namespace cutset::solver {

Result<FaultGraph> read_dag_text(ByteReader& input);
Result<FaultGraph> read_dag_json(ByteReader& input);
/// Open-PSA Model Exchange Format, one fault tree: a gate's failure OR is our AND, its
/// failure AND our OR; "atleast" is expanded; "not" and the like are refused.
Result<FaultGraph> read_open_psa(ByteReader& input);

}  // namespace cutset::solver
