// A derivation graph as it comes from a file or from the lineage: graph, faults, header.
//
// Reading is streaming: memory is that of the graph, whatever the file claims of itself.
// Input is hostile: cycles, forward references, counts that lie and huge ids are refused
// with file, line and column.
//
// Thread rule: values; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "solver/dag.h"
#include "solver/fault_table.h"

namespace cutset::solver {

struct FaultGraph {
  Dag dag;
  FaultTable faults;
  std::string family;
  std::string params;       // JSON on one line; "": none
  std::string known;        // likewise: counts that are known to be right
  uint32_t nodes_read = 0;  // faults and gates of the file, before equal ones were merged
};

/// cutset-dag/1 (text or JSON) or Open-PSA MEF, told apart by the first character.
/// "-" is standard input.
Result<FaultGraph> read_fault_graph(const std::string& path);
/// The same from memory; `name` is its name for the user.
Result<FaultGraph> parse_fault_graph(std::string_view input, const std::string& name);

}  // namespace cutset::solver
