// What becomes of a violated set: blocked with its images, its subsets shown to hold.
#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "campaign/lineage_search.h"

namespace cutset::campaign {

void LineageSearch::block(const FaultNumbers& faults, std::string run) {
  search_->block(faults);
  summary_.violated.push_back({std::move(run), faults});
}

Status LineageSearch::add_finding(const FaultNumbers& faults, const ModelRun& run) {
  LineageFinding finding;
  finding.faults = faults;
  finding.experiment = summary_.experiments;
  finding.broken = run.broken;
  if (!summary_.experiments_to_first) {
    summary_.experiments_to_first = summary_.experiments;
    summary_.seconds_to_first = seconds();
  }
  const std::string name = fmt::format("run {}", summary_.experiments);
  block(faults, name);
  for (const std::vector<uint32_t>& renaming : symmetries_) {
    FaultNumbers image = experimenter_.space().image(faults, renaming);
    if (image != faults) finding.orbit.push_back(std::move(image));
  }
  std::sort(finding.orbit.begin(), finding.orbit.end());
  finding.orbit.erase(std::unique(finding.orbit.begin(), finding.orbit.end()),
                      finding.orbit.end());
  for (const FaultNumbers& image : finding.orbit) {
    block(image, name + ", nodes exchanged");
  }
  // Kept at once: the user may stop while its subsets are run.
  summary_.findings.push_back(std::move(finding));
  CUTSET_TRY(show_subsets(summary_.findings.back()));
  if (options_.found) options_.found(summary_.findings.back());
  return {};
}

Status LineageSearch::show_subsets(LineageFinding& finding) {
  const size_t size = finding.faults.size();
  constexpr size_t kMostBits = 62;
  finding.subsets = size > kMostBits ? UINT64_MAX : (uint64_t{1} << size) - 1;
  const uint64_t runs_before = finding.subsets_run;
  if (finding.subsets <= options_.most_subset_runs + 1) {
    for (uint64_t chosen = 0; chosen < finding.subsets; ++chosen) {
      FaultNumbers subset;
      for (size_t i = 0; i < size; ++i) {
        if ((chosen >> i & 1) != 0) subset.push_back(finding.faults[i]);
      }
      CUTSET_TRY(show_subset(subset));
      ++finding.subsets_run;
    }
    return {};
  }
  for (size_t left_out = 0; left_out < size; ++left_out) {
    FaultNumbers subset = finding.faults;
    subset.erase(subset.begin() + static_cast<ptrdiff_t>(left_out));
    CUTSET_TRY(show_subset(subset));
    ++finding.subsets_run;
  }
  CHECK(finding.subsets_run > runs_before);
  return {};
}

Status LineageSearch::show_subset(const FaultNumbers& subset) {
  auto known = judged_.find(subset);
  if (known == judged_.end()) {
    ++summary_.subset_runs;
    CUTSET_ASSIGN(const ModelRun run, experimenter_.run(subset, RunDetail::kVerdict));
    known = judged_.emplace(subset, run.violated).first;
  }
  if (!known->second) return {};
  return Error::internal(fmt::format(
      "{} is violated, though smaller sets were searched before; please report this with "
      "the model",
      experimenter_.space().text(subset)));
}

}  // namespace cutset::campaign
