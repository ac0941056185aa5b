// `cutset run` of a configuration with `nodes:`: the campaign on nodes and links.
// Thread rule: main thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/report_files.h"
#include "injector/config.h"

namespace cutset::cli {

struct NodesRunOptions {
  std::string state;
  std::string strategy = "supports";  // or random, exhaustive
  uint64_t seed = 1;
  int budget = 0;           // faults; 0: as configured
  int max_experiments = 0;  // 0: as configured
  std::string time_limit;   // "": as configured
  int repeat = 5;
  int repeat_held = 1;
  size_t enough_groups = 0;  // of random and exhaustive: end then
  bool resume = false;
  bool fail_on_flaky = false;
  bool quiet = false;
  std::vector<ReportWish> wishes;
};

int run_nodes(const injector::Config& config, const NodesRunOptions& options,
              const GlobalOptions& global);

}  // namespace cutset::cli
