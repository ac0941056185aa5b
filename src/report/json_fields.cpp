#include "report/json_fields.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cutset::report {

using Json = nlohmann::ordered_json;

bool is_nested_deeper(std::string_view json, int most) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char byte = json[i];
    if (in_string) {
      if (byte == '\\') ++i;
      if (byte == '"') in_string = false;
    } else if (byte == '"') {
      in_string = true;
    } else if (byte == '{' || byte == '[') {
      if (++depth > most) return true;
    } else if (byte == '}' || byte == ']') {
      --depth;
    }
  }
  return false;
}

int64_t integer(const Json& json, const char* name, int64_t least, int64_t most) {
  const auto found = json.find(name);
  if (found == json.end()) return std::clamp(int64_t{0}, least, most);
  if (!found->is_number_integer()) {
    throw Json::type_error::create(302, fmt::format("\"{}\" must be an integer", name),
                                   &json);
  }
  const bool too_large =
      found->is_number_unsigned() && found->get<uint64_t>() > static_cast<uint64_t>(most);
  const auto value = found->get<int64_t>();
  if (too_large || value < least || value > most) {
    throw Json::out_of_range::create(
        406, fmt::format("\"{}\" is not from {} to {}", name, least, most), &json);
  }
  return value;
}

int small_integer(const Json& json, const char* name, int least) {
  return static_cast<int>(integer(json, name, least, std::numeric_limits<int>::max()));
}

std::string text(const Json& json, const char* name) {
  return json.value(name, std::string());
}

std::vector<std::string> texts(const Json& json, const char* name) {
  return json.value(name, std::vector<std::string>());
}

}  // namespace cutset::report
