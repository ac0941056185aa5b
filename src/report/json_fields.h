// Fields of a JSON object that somebody else wrote. A field of another type or beyond its
// bounds is reported by the exception of the JSON library, which the reader of the line
// catches and turns into an error with its place; a field that is not there is 0, "" or
// empty.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace cutset::report {

/// Deeper nesting than any record of ours has; the JSON library recurses on the way out.
/// Asked before parsing.
bool is_nested_deeper(std::string_view json, int most);

int64_t integer(const nlohmann::ordered_json& json, const char* name, int64_t least = 0,
                int64_t most = std::numeric_limits<int64_t>::max());
int small_integer(const nlohmann::ordered_json& json, const char* name, int least = 0);
std::string text(const nlohmann::ordered_json& json, const char* name);
std::vector<std::string> texts(const nlohmann::ordered_json& json, const char* name);

}  // namespace cutset::report
