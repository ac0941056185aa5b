#include "injector/json_path.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cutset::injector {

namespace {

constexpr size_t kLongest = 1024;

bool ends_name(char byte) {
  return byte == '.' || byte == '[';
}

Error wrong(std::string_view text, size_t position, std::string_view expected) {
  return Error::bad_input(
      fmt::format("the JSON path \"{}\" does not fit at character {}: expected {}", text,
                  position + 1, expected));
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
  JsonPath path;
  path.text_ = text;
  if (text.size() > kLongest)
    return Error::bad_input("a JSON path of more than 1024 bytes");
  if (text.empty() || text[0] != '$') return wrong(text, 0, "\"$\"");
  size_t at = 1;
  while (at < text.size()) {
    if (text[at] == '.') {
      size_t end = at + 1;
      while (end < text.size() && !ends_name(text[end])) ++end;
      const std::string_view name = text.substr(at + 1, end - at - 1);
      if (name.empty()) return wrong(text, at + 1, "a name");
      if (name == "length()") {
        if (end != text.size()) return wrong(text, end, "the end after \"length()\"");
        path.length_ = true;
        return path;
      }
      path.steps_.push_back({std::string(name), std::nullopt});
      at = end;
      continue;
    }
    if (text[at] != '[') return wrong(text, at, "\".name\" or \"[index]\"");
    if (at + 1 < text.size() && text[at + 1] == '"') {
      const size_t end = text.find("\"]", at + 2);
      if (end == std::string_view::npos) return wrong(text, at, "a closing \"]");
      path.steps_.push_back(
          {std::string(text.substr(at + 2, end - at - 2)), std::nullopt});
      at = end + 2;
      continue;
    }
    const size_t end = text.find(']', at);
    if (end == std::string_view::npos) return wrong(text, at, "a closing \"]\"");
    size_t index = 0;
    const char* last = text.data() + end;
    const auto [stop, error] = std::from_chars(text.data() + at + 1, last, index);
    if (error != std::errc() || stop != last)
      return wrong(text, at + 1, "a number from 0 on");
    path.steps_.push_back({"", index});
    at = end + 1;
  }
  return path;
}

std::optional<nlohmann::json> JsonPath::find(const nlohmann::json& document) const {
  const nlohmann::json* here = &document;
  for (const Step& step : steps_) {
    if (step.index) {
      if (!here->is_array() || *step.index >= here->size()) return std::nullopt;
      here = &(*here)[*step.index];
      continue;
    }
    if (!here->is_object()) return std::nullopt;
    const auto found = here->find(step.key);
    if (found == here->end()) return std::nullopt;
    here = &*found;
  }
  if (!length_) return *here;
  if (here->is_string()) return here->get_ref<const std::string&>().size();
  if (!here->is_array() && !here->is_object()) return std::nullopt;
  return here->size();
}

}  // namespace cutset::injector
