// The parts of fields.h that turn values into YAML text.
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "injector/fdsl/fields.h"

namespace cutset::injector::fdsl {

namespace {

std::string endpoint_text(const Endpoint& endpoint) {
  const std::string service = "service: " + yaml_quoted(endpoint.service);
  if (endpoint.slots.empty()) return "{" + service + "}";
  return fmt::format("{{{}, specific: {}}}", service, slots_text(endpoint.slots));
}

/// The UTF-8 character at the beginning of `text` if other YAML readers refuse it or take
/// it for the end of a line: C1 controls, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF.
std::optional<uint32_t> hidden_character(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return byte(1);
  const bool follows = (byte(1) & 0xc0U) == 0x80 && (byte(2) & 0xc0U) == 0x80;
  if ((byte(0) != 0xe2 && byte(0) != 0xef) || !follows) return std::nullopt;
  const uint32_t code =
      (byte(0) & 0x0fU) << 12 | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
  const bool hidden = code == 0x2028 || code == 0x2029 || code == 0xfeff ||
                      code == 0xfffe || code == 0xffff;
  return hidden ? std::optional(code) : std::nullopt;
}

}  // namespace

std::string yaml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    const auto code = static_cast<unsigned char>(byte);
    if (const std::optional<uint32_t> hidden = hidden_character(text.substr(i))) {
      quoted += fmt::format("\\u{:04x}", *hidden);
      i += *hidden < 0x800 ? 1 : 2;
    } else if (byte == '"' || byte == '\\') {
      quoted += '\\';
      quoted += byte;
    } else if (code < 0x20 || code == 0x7f) {
      quoted += fmt::format("\\x{:02x}", code);
    } else {
      quoted += byte;
    }
  }
  return quoted + "\"";
}

std::string yaml_key(std::string_view key) {
  const bool plain =
      key.size() > 3 &&
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
  const bool is_word = key == "true" || key == "false" || key == "null";
  return plain && !is_word ? std::string(key) : yaml_quoted(key);
}

std::string slots_text(const std::vector<int>& slots) {
  return fmt::format("[{}]", fmt::join(slots, ", "));
}

std::string flow_text(const Field& field) {
  std::string text;
  const auto add = [&](const std::string& part) {
    text += (text.empty() ? "" : ", ") + part;
  };
  switch (field.kind) {
    case Field::Kind::kText:
      return yaml_quoted(field.text);
    case Field::Kind::kWord:
      return field.text;
    case Field::Kind::kNumber:
      return std::to_string(field.number);
    case Field::Kind::kEndpoint:
      return endpoint_text(field.endpoints.front());
    case Field::Kind::kEndpoints:
      for (const Endpoint& endpoint : field.endpoints) add(endpoint_text(endpoint));
      return "[" + text + "]";
    case Field::Kind::kTexts:
      for (const std::string& item : field.texts) add(yaml_quoted(item));
      return "[" + text + "]";
    case Field::Kind::kFields:
      break;
  }
  return flow_text(field.fields);
}

std::string flow_text(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    text += (text.empty() ? "" : ", ") + field.key + ": " + flow_text(field);
  }
  return "{" + text + "}";
}

}  // namespace cutset::injector::fdsl
