#include "campaign/verdict.h"

namespace cutset::campaign {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHeld:
      return "held";
    case Verdict::kAccepted:
      return "accepted";
    case Verdict::kViolated:
      return "violated";
    case Verdict::kDidNotRecover:
      return "did not recover";
    case Verdict::kInconclusive:
      return "inconclusive";
    case Verdict::kVacuous:
      return "vacuous";
  }
  return "?";
}

std::string_view outcome_state_name(OutcomeResult::State state) {
  switch (state) {
    case OutcomeResult::State::kHeld:
      return "held";
    case OutcomeResult::State::kAccepted:
      return "accepted";
    case OutcomeResult::State::kViolated:
      return "violated";
    case OutcomeResult::State::kDidNotRecover:
      return "did not recover";
    case OutcomeResult::State::kVacuous:
      return "vacuous";
  }
  return "?";
}

Verdict judge(const std::vector<OutcomeResult>& outcomes) {
  using State = OutcomeResult::State;
  const auto any = [&outcomes](State state) {
    for (const OutcomeResult& outcome : outcomes) {
      if (outcome.state == state) return true;
    }
    return false;
  };
  if (any(State::kViolated)) return Verdict::kViolated;
  if (any(State::kDidNotRecover)) return Verdict::kDidNotRecover;
  if (any(State::kVacuous)) return Verdict::kVacuous;
  if (any(State::kAccepted)) return Verdict::kAccepted;
  return Verdict::kHeld;
}

bool is_broken(Verdict verdict) {
  return verdict == Verdict::kViolated || verdict == Verdict::kDidNotRecover;
}

FaultSet fired_faults(const ExperimentResult& result) {
  std::vector<Fault> fired;
  for (const FaultReport& report : result.faults) {
    if (report.fired) fired.push_back(report.fault);
  }
  return make_fault_set(std::move(fired));
}

}  // namespace cutset::campaign
