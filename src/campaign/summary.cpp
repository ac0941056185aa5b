#include "campaign/summary.h"

namespace cutset::campaign {

int CampaignSummary::exit_code(bool fail_on_flaky) const {
  bool flaky = false;
  for (const Finding& finding : findings) {
    if (finding.accepted) continue;
    if (finding.status == Finding::Status::kConfirmed) return 1;
    flaky = true;
  }
  if (flaky && fail_on_flaky) return 1;
  if (status == CampaignStatus::kStopped) return 3;
  if (status == CampaignStatus::kFailed || flaky || inconclusive > 0 || vacuous > 0)
    return 2;
  return 0;
}

std::string_view campaign_status_name(CampaignStatus status) {
  switch (status) {
    case CampaignStatus::kExhausted:
      return "exhausted";
    case CampaignStatus::kStopped:
      return "stopped";
    case CampaignStatus::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace cutset::campaign
