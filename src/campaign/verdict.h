// The verdict of one experiment (DESIGN, "Words"; exit codes in
// docs/concepts/experiments-and-verdicts.md). Thread rule: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "campaign/experimenter.h"

namespace cutset::campaign {

enum class Verdict {
  kHeld,
  kAccepted,
  kViolated,
  kDidNotRecover,
  kInconclusive,
  kVacuous
};

/// "held", "accepted", "violated", "did not recover", "inconclusive", "vacuous"
std::string_view verdict_name(Verdict verdict);
std::string_view outcome_state_name(OutcomeResult::State state);

/// The worst of the outcomes: violated, did not recover, vacuous, accepted, held.
Verdict judge(const std::vector<OutcomeResult>& outcomes);

/// Violated or did not recover: what makes a finding.
bool is_broken(Verdict verdict);

/// The faults that fired, as they stand in the reports.
FaultSet fired_faults(const ExperimentResult& result);

}  // namespace cutset::campaign
