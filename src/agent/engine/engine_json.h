// The engine's answers (JSON) as values.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/container_engine.h"

namespace cutset::agent {

Result<std::vector<std::string>> read_container_list(const std::string& json);
Result<ContainerState> read_container(const std::string& json);
Result<ContainerEvent> read_event(const std::string& json);
struct SwarmService {
  int64_t version = 0;
  int64_t replicas = 0;
  std::string with_replicas;  // its specification with another number of them
};
/// Error: it is not replicated.
Result<SwarmService> read_service(const std::string& json, uint32_t replicas);
/// The string of a member of the outermost object.
Result<std::string> read_text_member(const std::string& json, std::string_view name);
Result<int64_t> read_number_member(const std::string& json, std::string_view name);
/// What the engine says of its refusal; `json` itself, cut, if it is no such answer.
std::string read_refusal(const std::string& json);

/// A JSON string with its quotes.
std::string json_text(std::string_view text);

}  // namespace cutset::agent
