#include "history/json_cursor.h"

#include <fmt/format.h>

namespace cutset::history {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(unsigned code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

}  // namespace

Error JsonCursor::problem(std::string message) const {
  return Error::bad_input(std::move(message), "", 0, column());
}

char JsonCursor::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) {
    ++at_;
  }
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::at_end() {
  peek();
  return at_ == text_.size();
}

bool JsonCursor::take(char expected) {
  if (at_end() || peek() != expected) return false;
  ++at_;
  return true;
}

std::string JsonCursor::found() {
  if (at_end()) return "the end of the line";
  const char c = peek();
  if (c == '"') return "text";
  if (c == '[') return "a list";
  if (c == '{') return "an object";
  if (c == '-' || is_digit(c)) return "a number";
  if (text_.substr(at_).starts_with("null")) return "null";
  if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
    return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("\"{}\"", c);
}

Status JsonCursor::require(char expected, std::string_view where) {
  if (take(expected)) return {};
  const std::string what = found();
  return problem(fmt::format("expected \"{}\" {}, found {}", expected, where, what));
}

Result<unsigned> JsonCursor::four_digits() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    unsigned digit = 0;
    if (is_digit(c)) {
      digit = static_cast<unsigned>(c - '0');
    } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      digit = static_cast<unsigned>((c | 0x20) - 'a') + 10;
    } else {
      return problem("expected four hexadecimal digits after \\u");
    }
    code = code * 16 + digit;
  }
  return code;
}

Status JsonCursor::escape(std::string& out) {
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  const size_t named = c == '\0' ? std::string_view::npos : kNames.find(c);
  if (named != std::string_view::npos) {
    ++at_;
    out += kMeant[named];
    return {};
  }
  if (c != 'u')
    return problem("unknown escape in text; JSON has \\n, \\\", \\u0000, ...");
  ++at_;
  CUTSET_ASSIGN(unsigned code, four_digits());
  if (code >= 0xdc00 && code < 0xe000) return problem("half a surrogate pair in text");
  if (code >= 0xd800 && code < 0xdc00) {
    if (!text_.substr(at_).starts_with("\\u")) {
      return problem("half a surrogate pair in text");
    }
    at_ += 2;
    CUTSET_ASSIGN(const unsigned low, four_digits());
    if (low < 0xdc00 || low >= 0xe000) return problem("half a surrogate pair in text");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(code, out);
  return {};
}

Result<std::string> JsonCursor::text() {
  if (peek() != '"') {
    const std::string what = found();
    return problem("expected text in quotes, found " + what);
  }
  ++at_;
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c == '\\') {
      ++at_;
      CUTSET_TRY(escape(out));
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return problem(
          fmt::format("the control character 0x{:02x} in text; write \\u{:04x}",
                      static_cast<unsigned>(c), static_cast<unsigned>(c)));
    }
    const size_t length = utf8_length(text_.substr(at_, 4));
    if (length == 0) return problem("bytes in text that are not UTF-8");
    out.append(text_.substr(at_, length));
    at_ += length;
  }
  return problem("text without its closing quote");
}

Result<std::string> JsonCursor::number() {
  const size_t begin = at_;
  const auto digits = [&] {
    const size_t first = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > first;
  };
  if (text_[at_] == '-') ++at_;
  if (at_ < text_.size() && text_[at_] == '0') {
    ++at_;
  } else if (!digits()) {
    return problem("expected digits");
  }
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    if (!digits()) return problem("expected digits after the point");
  }
  if (at_ < text_.size() && (text_[at_] | 0x20) == 'e') {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!digits()) return problem("expected digits in the exponent");
  }
  if (at_ < text_.size() && is_digit(text_[at_])) {
    return problem("a number does not begin with 0");
  }
  return std::string(text_.substr(begin, at_ - begin));
}

bool JsonCursor::word(std::string_view expected) {
  if (!text_.substr(at_).starts_with(expected)) return false;
  at_ += expected.size();
  return true;
}

Result<Value> JsonCursor::value_at(int depth, size_t& items) {
  if (depth > kDeepestJson) {
    return problem(fmt::format("lists nested deeper than {}", kDeepestJson));
  }
  if (++items > kMostItems) {
    return problem(fmt::format("more than {} items in one value", kMostItems));
  }
  const char c = peek();
  if (c == '"') {
    CUTSET_ASSIGN(std::string found_text, text());
    return Value::of_text(std::move(found_text));
  }
  if (c == '-' || is_digit(c)) {
    CUTSET_ASSIGN(std::string digits, number());
    return Value{Value::Kind::kNumber, std::move(digits), {}};
  }
  if (word("null")) return Value::nothing();
  if (word("true")) return Value{Value::Kind::kBoolean, "true", {}};
  if (word("false")) return Value{Value::Kind::kBoolean, "false", {}};
  if (!take('[')) {
    const std::string what = found();
    return problem(
        "expected null, true, false, a number, text or a list of these, found " + what);
  }
  Value list = Value::of_list({});
  if (take(']')) return list;
  while (true) {
    CUTSET_ASSIGN(Value item, value_at(depth + 1, items));
    list.items.push_back(std::move(item));
    if (take(']')) return list;
    CUTSET_TRY(require(',', "or \"]\" in a list"));
  }
}

Result<Value> JsonCursor::value() {
  size_t items = 0;
  return value_at(0, items);
}

Status JsonCursor::skip_at(int depth) {
  if (depth > kDeepestJson) {
    return problem(fmt::format("nested deeper than {}", kDeepestJson));
  }
  const bool object = peek() == '{';
  if (!object && peek() != '[') {
    CUTSET_ASSIGN([[maybe_unused]] const Value ignored, value());
    return {};
  }
  ++at_;
  const char end = object ? '}' : ']';
  if (take(end)) return {};
  while (true) {
    if (object) {
      CUTSET_ASSIGN([[maybe_unused]] const std::string name, text());
      CUTSET_TRY(require(':', "after a name"));
    }
    CUTSET_TRY(skip_at(depth + 1));
    if (take(end)) return {};
    CUTSET_TRY(require(',', object ? "or \"}\" in an object" : "or \"]\" in a list"));
  }
}

Status JsonCursor::skip() {
  return skip_at(0);
}

}  // namespace cutset::history
