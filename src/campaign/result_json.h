// Experiments to and from the JSON of the journal (docs/formats.md).
// Thread rule: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "campaign/experimenter.h"
#include "campaign/finding.h"

namespace cutset::campaign {

nlohmann::ordered_json faults_to_json(const FaultSet& faults);
Result<FaultSet> faults_from_json(const nlohmann::ordered_json& json);
nlohmann::ordered_json outcomes_to_json(const std::vector<OutcomeResult>& outcomes);
nlohmann::ordered_json result_to_json(const ExperimentResult& result);
/// Error: bad_input naming the field.
Result<ExperimentResult> result_from_json(const nlohmann::ordered_json& json);
nlohmann::ordered_json finding_to_json(const Finding& finding);

}  // namespace cutset::campaign
