// Models and fault sets for the benchmarks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct BenchmarkModel {
  std::string name;  // "kafka_replication 7/4/1"
  Program program;
  FailureSpec spec;
};

/// models/NAME.ded, with a row of its parameters (0: the first).
Result<BenchmarkModel> load_model(const std::string& name, size_t row);

/// A broadcast of models/ among so many nodes instead of three; messages may be lost
/// until two steps before the end.
Result<BenchmarkModel> broadcast_model(const std::string& name, uint32_t nodes, Time eot);

/// Within the specification: each omission with a chance that differs from set to set,
/// each crash that is allowed with a chance of one half.
std::vector<ModelFaultSet> random_fault_sets(const FailureSpec& spec, size_t count,
                                             uint64_t seed);

}  // namespace cutset::dedalus
