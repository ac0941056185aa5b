// Schedules and runs of the world of nodes as JSON, for the journal (docs/formats.md).
// Thread rule: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "campaign/nodes/node_experimenter.h"
#include "campaign/nodes/node_model.h"

namespace cutset::campaign::nodes {

nlohmann::ordered_json to_json(const NodeSchedule& schedule);
nlohmann::ordered_json to_json(const NodeRun& run);
nlohmann::ordered_json to_json(const NodeModel& model);
nlohmann::ordered_json to_json(const NodeRoles& roles);
nlohmann::ordered_json to_json(const LostWrite& write);

/// Error, kBadInput: says which field is missing or wrong.
Result<NodeSchedule> schedule_from_json(const nlohmann::ordered_json& json);
Result<NodeRun> run_from_json(const nlohmann::ordered_json& json);
Result<NodeModel> model_from_json(const nlohmann::ordered_json& json);
Result<NodeRoles> roles_from_json(const nlohmann::ordered_json& json);

}  // namespace cutset::campaign::nodes
