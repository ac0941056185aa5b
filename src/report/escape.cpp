#include "report/escape.h"

#include <cstdint>

#include "base/check.h"

namespace cutset::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Decoded {
  uint32_t character = 0;
  size_t length = 0;  // 0: malformed
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// One character of UTF-8; surrogates, overlong forms and what is beyond U+10FFFF are
/// malformed.
Decoded decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  size_t length = 0;
  uint32_t character = 0;
  uint32_t least = 0;
  if ((first & 0xE0U) == 0xC0) {
    length = 2, character = first & 0x1FU, least = 0x80;
  } else if ((first & 0xF0U) == 0xE0) {
    length = 3, character = first & 0x0FU, least = 0x800;
  } else if ((first & 0xF8U) == 0xF0) {
    length = 4, character = first & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {};
    character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < least || surrogate || character > 0x10FFFF) return {};
  return {character, length};
}

bool is_shown(uint32_t character, bool lines) {
  if (character == '\n' || character == '\t') return lines;
  if (character < 0x20 || (character >= 0x7F && character < 0xA0)) return false;
  if (character == 0x061C || character == 0x200E || character == 0x200F) return false;
  if (character == 0x2028 || character == 0x2029 || character == 0xFEFF) return false;
  if (character >= 0x202A && character <= 0x202E) return false;
  if (character >= 0x2066 && character <= 0x2069) return false;
  // XML 1.0 forbids these two.
  return character != 0xFFFE && character != 0xFFFF;
}

}  // namespace

std::string clean_text(std::string_view text, bool lines) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    const size_t length = next.length == 0 ? 1 : next.length;
    if (next.length != 0 && is_shown(next.character, lines)) {
      result += text.substr(0, length);
    } else {
      result += kReplacement;
    }
    text.remove_prefix(length);
  }
  return result;
}

std::string escape_markup(std::string_view text, bool lines) {
  std::string result;
  for (const char byte : clean_text(text, lines)) {
    switch (byte) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += byte;
    }
  }
  return result;
}

std::string quote_dot(std::string_view text) {
  std::string result = "\"";
  for (const char byte : clean_text(text)) {
    if (byte == '"' || byte == '\\') result += '\\';
    result += byte;
  }
  return result + '"';
}

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += is_continuation(byte) ? 0 : 1;
  return count;
}

std::string shorten(std::string_view text, size_t most) {
  CHECK(most > 0);
  std::string clean = clean_text(text);
  if (count_characters(clean) <= most) return clean;
  size_t end = 0;
  for (size_t kept = 0; kept + 1 < most; ++kept)
    end += decode(std::string_view(clean).substr(end)).length;
  return clean.substr(0, end) + "\xE2\x80\xA6";
}

}  // namespace cutset::report
