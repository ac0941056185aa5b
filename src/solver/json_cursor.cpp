#include "solver/json_cursor.h"

#include <fmt/format.h>

namespace cutset::solver {

namespace {

std::string shown(char byte, bool at_end) {
  if (at_end) return "the end of the input";
  if (byte >= ' ' && byte < 0x7f) return fmt::format("'{}'", byte);
  return fmt::format("byte 0x{:02x}", static_cast<unsigned char>(byte));
}

void append_utf8(std::string& text, uint32_t code) {
  const auto put = [&text](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

/// Four hex digits at `text`, or -1.
int hex4(const char* text) {
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const char byte = text[i];
    const int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                      : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                      : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                   : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

constexpr const char* kTooLong =
    "a string of more than 4096 bytes: expected a short name";
constexpr const char* kBadEscape = "broken escape in a string";

}  // namespace

char JsonCursor::next() {
  while (!input_->at_end()) {
    const char byte = input_->peek();
    if (byte == '\n') {
      input_->skip_newline();
    } else if (byte == ' ' || byte == '\t' || byte == '\r') {
      input_->skip();
    } else {
      return byte;
    }
  }
  return '\0';
}

bool JsonCursor::take(char byte) {
  if (next() != byte || input_->at_end()) return false;
  input_->skip();
  return true;
}

Status JsonCursor::expect(char byte, const char* what) {
  if (take(byte)) return {};
  return error(fmt::format("found {}, expected {}",
                           shown(input_->peek(), input_->at_end()), what));
}

Result<std::string> JsonCursor::string(const char* what) {
  next();
  value_column_ = input_->column();
  CUTSET_TRY(expect('"', what));
  std::string text;
  while (true) {
    input_->ensure(16);
    if (input_->at_end() || input_->peek() == '\n') return error("a string without end");
    char byte = input_->peek();
    input_->skip();
    if (byte == '"') return text;
    if (text.size() >= kMostString) return error(kTooLong);
    if (byte != '\\') {
      text.push_back(byte);
      continue;
    }
    byte = input_->peek();
    if (input_->at_end()) return error("a string without end");
    input_->skip();
    if (byte == 'u') {
      int code = hex4(input_->position());
      if (code < 0) return error(kBadEscape);
      input_->skip_to(input_->position() + 4);
      const char* here = input_->position();
      if (code >= 0xd800 && code < 0xdc00 && here[0] == '\\' && here[1] == 'u') {
        const int low = hex4(here + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          input_->skip_to(here + 6);
        }
      }
      append_utf8(text, static_cast<uint32_t>(code));
      continue;
    }
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    const size_t which = kFrom.find(byte);
    if (which == std::string_view::npos) return error(kBadEscape);
    text.push_back(kTo[which]);
  }
}

Result<int64_t> JsonCursor::integer(const char* what) {
  char byte = next();
  input_->ensure(32);
  const int column = value_column_ = input_->column();
  const char* at = input_->position();
  const bool negative = byte == '-';
  if (negative) ++at;
  int64_t value = 0;
  int digits = 0;
  for (; *at >= '0' && *at <= '9' && digits < 19; ++at, ++digits)
    value = digits < 18 ? value * 10 + (*at - '0') : value;
  if (digits == 0 || digits == 19 || *at == '.' || *at == 'e' || *at == 'E') {
    return input_->error_at(
        column, digits == 0 ? fmt::format("found {}, expected {}",
                                          shown(byte, input_->at_end()), what)
                            : fmt::format("expected {}: a whole number of at most 18 "
                                          "digits",
                                          what));
  }
  input_->skip_to(at);
  return negative ? -value : value;
}

Status JsonCursor::copy_string(std::string& text, size_t most_bytes) {
  const auto keep = [&](char byte) {
    if (text.size() < most_bytes) text.push_back(byte);
  };
  keep('"');
  input_->skip();
  while (true) {
    if (input_->at_end() || input_->peek() == '\n') return error("a string without end");
    const char byte = input_->peek();
    input_->skip();
    keep(byte);
    if (byte == '"') return {};
    if (byte == '\\') {
      if (input_->at_end() || input_->peek() == '\n')
        return error("a string without end");
      keep(input_->peek());
      input_->skip();
    }
  }
}

Result<std::string> JsonCursor::raw(size_t most_bytes) {
  std::string text;
  std::string open;  // the brackets that are open
  do {
    const char byte = next();
    if (input_->at_end()) return error("found the end of the input inside a value");
    if (byte == '"') {
      CUTSET_TRY(copy_string(text, most_bytes));
      continue;
    }
    if (byte == '{' || byte == '[') {
      open.push_back(byte == '{' ? '}' : ']');
      if (open.size() > kMostDepth) return error("a value nested more than 64 deep");
    } else if (byte == '}' || byte == ']') {
      if (open.empty() || open.back() != byte) {
        return error(fmt::format("found '{}', expected a value", byte));
      }
      open.pop_back();
    } else if (open.empty()) {
      // A number or a word: up to what ends it.
      while (!input_->at_end()) {
        const char here = input_->peek();
        if (here == ',' || here == '}' || here == ']' || here <= ' ') break;
        if (text.size() < most_bytes) text.push_back(here);
        input_->skip();
      }
      if (text.empty()) return error(fmt::format("found '{}', expected a value", byte));
      return text;
    }
    if (text.size() < most_bytes) text.push_back(byte);
    input_->skip();
  } while (!open.empty());
  return text;
}

}  // namespace cutset::solver
