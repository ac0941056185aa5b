// From a violated fault set to a minimal one inside it. Thread rule: pure function.
#pragma once

#include "campaign/lineage_experimenter.h"

namespace cutset::modelcheck {

struct Reduced {
  campaign::FaultNumbers faults;
  std::vector<uint32_t> broken;
  uint64_t runs = 0;
  bool minimal = false;  // every proper subset was run and held; else: no single fault
                         // can be left out
};

/// Leaves out single faults while the run stays violated; if few are left, runs all their
/// subsets, smallest first. Requires: `faults` is violated.
Result<Reduced> reduce(campaign::LineageExperimenter& experimenter,
                       campaign::FaultNumbers faults);

}  // namespace cutset::modelcheck
