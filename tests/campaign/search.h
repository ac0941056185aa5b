// Runs a campaign on an application in this process.
#pragma once

#include <set>

#include "application.h"

#include "campaign/campaign.h"

namespace cutset::testing {

struct SearchResult {
  campaign::CampaignSummary summary;
  std::set<campaign::FaultSet> minimal;  // every finding in all its alternatives
};

/// `folder`: where the campaign leaves its proof; "": it leaves none.
SearchResult search(const Application& application, bool compose = true,
                    const std::string& folder = "");
std::string to_text(const std::set<campaign::FaultSet>& sets);
/// The calls of fault sets, without modes.
std::set<std::set<std::string>> calls_of(const std::set<campaign::FaultSet>& sets);

}  // namespace cutset::testing
