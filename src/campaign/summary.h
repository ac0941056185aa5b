// What a campaign comes to: shared by every world's campaign, told by src/report.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/finding.h"
#include "campaign/proof_files.h"
#include "campaign/wrong_prediction.h"

namespace cutset::campaign {

enum class CampaignStatus { kExhausted, kStopped, kFailed };

struct CampaignSummary {
  CampaignStatus status = CampaignStatus::kExhausted;
  std::string why;                // stopped, failed
  std::optional<Error> error;     // failed
  std::vector<Finding> findings;  // confirmed, flaky and accepted
  std::vector<WrongPrediction> wrong_predictions;
  int experiments = 0;    // distinct fault sets run, the fault-free one counted once
  int confirmations = 0;  // of the experiments, those whose end was predicted: a
                          // violation, or a part of one
  int runs = 0;           // with repetitions
  int inconclusive = 0;
  int vacuous = 0;
  std::map<Verdict, int> verdicts;  // of experiments
  std::vector<FaultSet> tried;      // in order, as fired
  uint64_t exhaustive = 0;
  bool exhaustive_is_lower_bound = false;
  std::vector<std::string> unstable;
  std::vector<std::string> unproxied;  // calls that spans show and no proxy saw
  std::vector<std::string> assumptions;
  std::string statement;
  std::optional<Proof> proof;  // of the statement
  size_t calls = 0;            // identities seen
  size_t candidates = 0;       // of them, calls that may be faulted
  int64_t overhead_ns =
      0;  // median of an experiment: everything but the system's own time

  /// DESIGN's exit codes: 0, 1, 2, 3.
  int exit_code(bool fail_on_flaky) const;
};

/// "exhausted", "stopped", "failed"
std::string_view campaign_status_name(CampaignStatus status);

}  // namespace cutset::campaign
