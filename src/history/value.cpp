#include "history/value.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::history {

namespace {

constexpr size_t kShownText = 80;
constexpr size_t kShownItems = 6;

void append_json(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNothing:
      out += "null";
      return;
    case Value::Kind::kBoolean:
    case Value::Kind::kNumber:
      out += value.text;
      return;
    case Value::Kind::kText:
      append_json_text(value.text, out);
      return;
    case Value::Kind::kList:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        append_json(value.items[i], out);
      }
      out += ']';
      return;
  }
}

}  // namespace

Value Value::of_number(int64_t number) {
  return {Kind::kNumber, std::to_string(number), {}};
}

std::string Value::json() const {
  std::string out;
  append_json(*this, out);
  return out;
}

std::string Value::shown() const {
  switch (kind) {
    case Kind::kNothing:
      return "nothing";
    case Kind::kBoolean:
    case Kind::kNumber:
      return text;
    case Kind::kText:
      return text.size() <= kShownText ? one_line(text)
                                       : one_line(text.substr(0, kShownText)) + "...";
    case Kind::kList:
      break;
  }
  std::string out = "[";
  for (size_t i = 0; i < std::min(items.size(), kShownItems); ++i) {
    if (i > 0) out += ", ";
    out += items[i].shown();
  }
  if (items.size() > kShownItems) out += fmt::format(", ... {} in all", items.size());
  return out + "]";
}

size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto goes_on = [&](size_t i) { return i < text.size() && (byte(i) >> 6) == 2; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return goes_on(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    if (!goes_on(1) || !goes_on(2)) return 0;
    const bool too_long = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return too_long || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first < 0xf5) {
    if (!goes_on(1) || !goes_on(2) || !goes_on(3)) return 0;
    const bool too_long = first == 0xf0 && byte(1) < 0x90;
    const bool too_large = first == 0xf4 && byte(1) >= 0x90;
    return too_long || too_large ? 0 : 4;
  }
  return 0;
}

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += '"';
}

}  // namespace cutset::history
