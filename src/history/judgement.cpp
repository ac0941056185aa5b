#include "history/judgement.h"

namespace cutset::history {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHeld:
      return "held";
    case Verdict::kViolated:
      return "violated";
    case Verdict::kDidNotRecover:
      return "did not recover";
    case Verdict::kInconclusive:
      return "inconclusive";
    case Verdict::kVacuous:
      return "vacuous";
  }
  return "inconclusive";
}

void Judgement::add_fault(Fault fault) {
  ++fault_count;
  if (faults.size() < kMostFaults) faults.push_back(std::move(fault));
}

Judgement vacuous(std::string explanation) {
  Judgement judgement;
  judgement.verdict = Verdict::kVacuous;
  judgement.explanation = std::move(explanation);
  return judgement;
}

Judgement inconclusive(std::string explanation) {
  Judgement judgement;
  judgement.verdict = Verdict::kInconclusive;
  judgement.explanation = std::move(explanation);
  return judgement;
}

}  // namespace cutset::history
