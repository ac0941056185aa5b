// Sweep mode: the failure specification is raised until something is violated or the time
// is over (Alvaro, Rosen, Hellerstein, SIGMOD 2015, section "Lineage-driven fault
// injection": how Molly chooses its parameters).
//
// EOT rises from 1; where the check is vacuous without faults, it rises on. At each EOT,
// crashes rise from 0, and for each number of them EFF from 0 to EOT - 1 (EFF 1 allows
// nothing that EFF 0 does not, and is left out). So the first counterexample is one of
// the shortest time, and then of the fewest kinds of faults.
//
// Thread rule: pure function; one thread.
#pragma once

#include <memory>

#include "campaign/lineage_campaign.h"

namespace cutset::campaign {

struct Specification {
  uint32_t eot = 0;
  uint32_t eff = 0;
  uint32_t crashes = 0;
};

struct GrowthStep {
  Specification specification;
  LineageSummary summary;
};

struct GrowthOptions {
  uint32_t most_eot = 1000;
  uint32_t most_crashes = 1;
  bool stop_at_first = true;  // after the first step with a finding
  std::optional<std::chrono::milliseconds> time_limit;
  LineageOptions search;                        // of each step
  std::function<void(const GrowthStep&)> step;  // may be empty; after each
};

struct GrowthSummary {
  std::vector<GrowthStep> steps;  // vacuous ones too; the last may be stopped
  bool complete = false;          // the largest specification was searched to its end
};

using MakeExperimenter =
    std::function<Result<std::unique_ptr<LineageExperimenter>>(const Specification&)>;

Result<GrowthSummary> grow(const MakeExperimenter& make, const GrowthOptions& options);

}  // namespace cutset::campaign
