#include "lineage/formats/otlp_value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>

#include <fmt/format.h>
#include <simdjson.h>

namespace cutset::lineage {

namespace {

constexpr uint32_t kString = wire_tag(1, WireType::kBytes);
constexpr uint32_t kBool = wire_tag(2, WireType::kVarint);
constexpr uint32_t kInt = wire_tag(3, WireType::kVarint);
constexpr uint32_t kDouble = wire_tag(4, WireType::kFixed64);
constexpr uint32_t kArray = wire_tag(5, WireType::kBytes);
constexpr uint32_t kMap = wire_tag(6, WireType::kBytes);
constexpr uint32_t kBase64 = wire_tag(7, WireType::kBytes);

constexpr uint32_t kElement = wire_tag(1, WireType::kBytes);
constexpr uint32_t kKey = wire_tag(1, WireType::kBytes);
constexpr uint32_t kValue = wire_tag(2, WireType::kBytes);

constexpr int kDeepest = 32;
/// Of what is made here: spans keep a quarter of it.
constexpr size_t kLongest = 4096;

void append_base64(std::string_view whole, std::string& text) {
  const std::string_view bytes = whole.substr(0, kLongest);
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr size_t kGroup = 3;
  for (size_t begin = 0; begin < bytes.size(); begin += kGroup) {
    const size_t count = std::min(kGroup, bytes.size() - begin);
    uint32_t group = 0;
    for (size_t i = 0; i < kGroup; ++i) {
      const auto byte = i < count ? static_cast<unsigned char>(bytes[begin + i]) : 0U;
      group = (group << 8U) | byte;
    }
    for (size_t digit = 0; digit <= kGroup; ++digit) {
      text += digit <= count ? kDigits[(group >> (18U - 6U * digit)) & 0x3FU] : '=';
    }
  }
}

void append_quoted(std::string_view value, std::string& text) {
  text += '"';
  for (const char character : value.substr(0, kLongest)) {
    switch (character) {
      case '"':
      case '\\':
        text += '\\';
        text += character;
        break;
      case '\n':
        text += "\\n";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\b':
        text += "\\b";
        break;
      case '\f':
        text += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(character) < 0x20U) {
          fmt::format_to(std::back_inserter(text), "\\u{:04x}",
                         static_cast<unsigned char>(character));
        } else {
          text += character;
        }
    }
  }
  text += '"';
}

bool append_json(WireReader value, int depth, std::string& text);

bool append_array(WireReader array, int depth, std::string& text) {
  text += '[';
  const size_t begin = text.size();
  bool first = true;
  while (array.next()) {
    if (array.tag() != kElement || text.size() - begin > kLongest) continue;
    if (!first) text += ',';
    first = false;
    if (!append_json(array.nested(), depth, text)) return false;
  }
  text += ']';
  return array.ok();
}

bool append_entry(WireReader entry, int depth, std::string& text) {
  std::string_view key;
  WireReader value = entry.empty();
  while (entry.next()) {
    if (entry.tag() == kKey) {
      key = entry.bytes();
      if (!is_utf8(key)) return entry.fail("a name that is not UTF-8");
    } else if (entry.tag() == kValue) {
      value = entry.nested();
    }
  }
  if (!entry.ok()) return false;
  append_quoted(key, text);
  text += ':';
  return append_json(value, depth, text);
}

bool append_map(WireReader map, int depth, std::string& text) {
  text += '{';
  const size_t begin = text.size();
  bool first = true;
  while (map.next()) {
    if (map.tag() != kElement || text.size() - begin > kLongest) continue;
    if (!first) text += ',';
    first = false;
    if (!append_entry(map.nested(), depth, text)) return false;
  }
  text += '}';
  return map.ok();
}

/// The last field of the oneof counts; 0: there is none.
struct Chosen {
  uint32_t tag = 0;
  uint64_t number = 0;
  std::string_view bytes;
};

bool choose(WireReader& value, Chosen& chosen) {
  while (value.next()) {
    switch (value.tag()) {
      case kString:
        if (!is_utf8(value.bytes())) return value.fail("a text that is not UTF-8");
        [[fallthrough]];
      case kArray:
      case kMap:
      case kBase64:
        chosen = {value.tag(), 0, value.bytes()};
        break;
      case kBool:
      case kInt:
      case kDouble:
        chosen = {value.tag(), value.number(), {}};
        break;
      default:
        break;
    }
  }
  return value.ok();
}

bool append_chosen(WireReader& value, const Chosen& chosen, int depth,
                   std::string& text) {
  switch (chosen.tag) {
    case kBool:
      text += chosen.number != 0 ? "true" : "false";
      return true;
    case kInt:
      fmt::format_to(std::back_inserter(text), "{}", static_cast<int64_t>(chosen.number));
      return true;
    case kDouble:
      append_double(std::bit_cast<double>(chosen.number), text);
      return true;
    case kBase64:
      append_base64(chosen.bytes, text);
      return true;
    case kArray:
    case kMap:
      if (depth >= kDeepest) return value.fail("values nested more than 32 deep");
      return chosen.tag == kArray
                 ? append_array(value.over(chosen.bytes), depth + 1, text)
                 : append_map(value.over(chosen.bytes), depth + 1, text);
    default:
      return true;
  }
}

bool append_json(WireReader value, int depth, std::string& text) {
  Chosen chosen;
  if (!choose(value, chosen)) return false;
  if (chosen.tag == 0) {
    text += "null";
    return true;
  }
  const double number = std::bit_cast<double>(chosen.number);
  const bool text_in_json =
      chosen.tag == kBase64 || (chosen.tag == kDouble && !std::isfinite(number));
  if (chosen.tag == kString) {
    append_quoted(chosen.bytes, text);
    return true;
  }
  if (text_in_json) text += '"';
  if (!append_chosen(value, chosen, depth, text)) return false;
  if (text_in_json) text += '"';
  return true;
}

}  // namespace

bool read_otlp_value(WireReader value, std::string_view& text, std::string& made) {
  Chosen chosen;
  if (!choose(value, chosen)) return false;
  if (chosen.tag == kString) {
    text = chosen.bytes;
    return true;
  }
  append_chosen(value, chosen, 0, made);
  return false;
}

void append_double(double number, std::string& text) {
  if (std::isnan(number)) {
    text += "NaN";
  } else if (std::isinf(number)) {
    text += number < 0 ? "-Infinity" : "Infinity";
  } else {
    fmt::format_to(std::back_inserter(text), "{}", number);
  }
}

bool is_utf8(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080ULL;
  uint64_t seen = 0;
  size_t at = 0;
  for (; at + sizeof seen <= text.size(); at += sizeof seen) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
  return (seen & kHighBits) == 0 || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace cutset::lineage
