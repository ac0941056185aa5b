// A check of a protocol model as JSON (schema/cutset-check.schema.json). Thread rule:
// pure functions.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "report/protocol.h"

namespace cutset::report {

nlohmann::ordered_json to_json(const ProtocolFinding& finding,
                               const std::vector<std::string>& nodes);
nlohmann::ordered_json to_json(const ProtocolCheck& check);

/// The whole document.
std::string protocol_json(const std::vector<ProtocolCheck>& checks, int exit_code);

}  // namespace cutset::report
