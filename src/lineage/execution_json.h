// Execution to and from JSON, as it stands in the journal (schema in docs/formats.md).
// Thread rule: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "lineage/execution.h"

namespace cutset::lineage {

nlohmann::ordered_json execution_to_json(const Execution& execution);
/// Error: bad_input naming the field. Never trusts sizes or indices.
Result<Execution> execution_from_json(const nlohmann::ordered_json& json);

}  // namespace cutset::lineage
