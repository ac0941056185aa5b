// `cutset check --grow`: the failure specification is raised until something is violated
// or the time is over (campaign/growth.h). Thread rule: as check.h.
#pragma once

#include <vector>

#include "modelcheck/check.h"

namespace cutset::modelcheck {

struct SweepOptions {
  CheckOptions check;  // of each step; its time limit is that of the whole sweep
  uint32_t most_eot = 1000;
  uint32_t most_crashes = 1;
  std::function<void(const report::ProtocolCheck&)> step;  // may be empty; after each
};

struct Sweep {
  std::vector<report::ProtocolCheck> steps;  // the last may be stopped
  bool complete = false;  // the largest specification was searched to its end
};

/// Nodes and crash model are those of `parameters`; its numbers mean nothing here.
/// Errors: as check_model.
Result<Sweep> check_growing(const dedalus::Program& program,
                            const dedalus::Parameters& parameters,
                            const SweepOptions& options);

}  // namespace cutset::modelcheck
