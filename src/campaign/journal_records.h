// The records of a journal that every world's campaign writes (docs/formats.md): what was
// planned, what came of it, how it ended. A finding's record is finding_to_json
// (result_json.h). Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "campaign/experimenter.h"
#include "campaign/summary.h"
#include "campaign/verdict.h"

namespace cutset::campaign {

constexpr int kJournalSchema = 1;

/// An experiment: all runs of it have its number; `run` is unique.
struct ExperimentName {
  int number = 0;
  std::string run;
  std::string purpose;  // "fault-free", "explore", "confirm", "subset", "known", ...
};

nlohmann::ordered_json plan_record(const ExperimentName& name, const FaultSet& faults,
                                   const std::string& reason);
/// `verdict`: inconclusive where another set fired than was planned.
nlohmann::ordered_json result_record(const ExperimentName& name, Verdict verdict,
                                     const FaultSet& fired,
                                     const ExperimentResult& result);
nlohmann::ordered_json wrong_prediction_record(int experiment,
                                               const WrongPrediction& wrong);
nlohmann::ordered_json note_record(const std::string& text);
/// `exhausted_to`: the largest fault set of the budget.
nlohmann::ordered_json end_record(const CampaignSummary& summary, size_t exhausted_to,
                                  int64_t elapsed_ns);

}  // namespace cutset::campaign
