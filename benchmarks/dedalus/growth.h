// How the time of an execution grows with EOT and with the number of nodes.
#pragma once

#include <string>
#include <vector>

#include "executions.h"

#include "base/result.h"

namespace cutset::dedalus {

struct GrowthPoint {
  std::string family;  // "retrying_broadcast"
  std::string along;   // "eot" or "nodes"
  int64_t value = 0;
  ExecutionTimes times;
};

/// EOT from 4 to 64 with three nodes, and 2 to 16 nodes with EOT 6.
Result<std::vector<GrowthPoint>> measure_growth(int rounds, size_t sets_a_round);

/// An array of objects, times in microseconds; benchmarks/dedalus/growth.py draws it.
std::string to_json(const std::vector<GrowthPoint>& points);

}  // namespace cutset::dedalus
