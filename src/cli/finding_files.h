// Findings on disk: `<state>/findings/finding-<id>.yaml`, each a schedule with its
// expected verdict. Thread rule: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "campaign/campaign.h"
#include "injector/config.h"

namespace cutset::cli {

/// Writes the confirmed findings of a campaign; files of others stay.
Status write_finding_files(const std::string& state, const injector::Config& config,
                           const campaign::CampaignSummary& summary, uint64_t seed);

/// The fault sets of all finding files, in order of their names. Error: a file that
/// cannot be read.
Result<std::vector<campaign::FaultSet>> known_findings(const std::string& state);

/// A campaign tries known findings first. What was known when it began is kept, so that
/// resuming it does the same.
Status keep_known(const std::string& state, const std::vector<campaign::FaultSet>& known);
Result<std::vector<campaign::FaultSet>> kept_known(const std::string& state);

}  // namespace cutset::cli
