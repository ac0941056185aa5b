#include "modelcheck/reduce.h"

#include <algorithm>
#include <bit>

namespace cutset::modelcheck {

namespace {

using campaign::FaultNumbers;
using campaign::RunDetail;

constexpr size_t kMostForAllSubsets = 12;

FaultNumbers chosen_of(const FaultNumbers& faults, uint64_t chosen) {
  FaultNumbers subset;
  for (size_t i = 0; i < faults.size(); ++i) {
    if ((chosen >> i & 1) != 0) subset.push_back(faults[i]);
  }
  return subset;
}

}  // namespace

Result<Reduced> reduce(campaign::LineageExperimenter& experimenter, FaultNumbers faults) {
  Reduced reduced;
  const auto is_violated = [&](const FaultNumbers& set) -> Result<bool> {
    ++reduced.runs;
    CUTSET_ASSIGN(const campaign::ModelRun run,
                  experimenter.run(set, RunDetail::kVerdict));
    return run.violated;
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (size_t i = faults.size(); i-- > 0;) {
      FaultNumbers subset = faults;
      subset.erase(subset.begin() + static_cast<ptrdiff_t>(i));
      CUTSET_ASSIGN(const bool violated, is_violated(subset));
      if (!violated) continue;
      faults = std::move(subset);
      smaller = true;
    }
  }
  if (faults.size() <= kMostForAllSubsets) {
    std::vector<uint64_t> subsets;
    for (uint64_t chosen = 0; chosen + 1 < (uint64_t{1} << faults.size()); ++chosen) {
      subsets.push_back(chosen);
    }
    std::stable_sort(subsets.begin(), subsets.end(), [](uint64_t left, uint64_t right) {
      return std::popcount(left) < std::popcount(right);
    });
    for (const uint64_t chosen : subsets) {
      FaultNumbers subset = chosen_of(faults, chosen);
      CUTSET_ASSIGN(const bool violated, is_violated(subset));
      if (!violated) continue;
      faults = std::move(subset);
      break;
    }
    reduced.minimal = true;
  }
  ++reduced.runs;
  CUTSET_ASSIGN(const campaign::ModelRun run,
                experimenter.run(faults, RunDetail::kOutcomes));
  reduced.faults = std::move(faults);
  reduced.broken = run.broken;
  return reduced;
}

}  // namespace cutset::modelcheck
