#include "lineage/formats/json_cursor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "lineage/formats/trace_input.h"

namespace cutset::lineage {

namespace {

constexpr size_t kBlock = size_t{64} << 10;
constexpr size_t kShown = 24;

bool is_space(char character) {
  return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

bool ends_scalar(char character) {
  return character == ',' || character == '}' || character == ']' || is_space(character);
}

/// What stands there, for people.
std::string found(const char* at, const char* end) {
  switch (*at) {
    case '{':
      return "an object";
    case '[':
      return "an array";
    case '"':
      return "a string";
    default:
      break;
  }
  const auto left = static_cast<size_t>(end - at);
  std::string text;
  for (const char character : std::string_view(at, std::min(left, kShown))) {
    if (ends_scalar(character)) {
      if (text.empty()) text = character;
      break;
    }
    const bool plain = character > ' ' && character <= '~';
    text += plain ? std::string(1, character)
                  : fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
  }
  return "'" + text + "'";
}

int64_t saturated(double value) {
  constexpr double kLimit = 9.2e18;
  if (std::isnan(value)) return 0;
  if (value >= kLimit) return std::numeric_limits<int64_t>::max();
  if (value <= -kLimit) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// `text` is what a number may be made of. False: it is none.
bool parse_number(std::string_view text, int64_t scale, int64_t& value) {
  constexpr size_t kSafeDigits = 18;
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || !is_digit(digits.front())) return false;
  int64_t whole = 0;
  size_t read = 0;
  while (read < digits.size() && read < kSafeDigits && is_digit(digits[read]))
    whole = whole * 10 + (digits[read++] - '0');
  if (read == digits.size()) {
    if (negative) whole = -whole;
    if (!__builtin_mul_overflow(whole, scale, &value)) return true;
    value = negative ? std::numeric_limits<int64_t>::min()
                     : std::numeric_limits<int64_t>::max();
    return true;
  }
  // Rare: a fraction, an exponent, or more digits than are safe above.
  constexpr size_t kLongest = 400;
  const std::string copy(text.substr(0, kLongest));
  char* end = nullptr;
  if (copy.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  if (copy.find_first_of(".eE") == std::string::npos && scale == 1) {
    value = std::strtoll(copy.c_str(), &end, 10);  // saturates
  } else {
    value = saturated(std::strtod(copy.c_str(), &end) * static_cast<double>(scale));
  }
  return *end == '\0';
}

}  // namespace

void JsonCursor::start(std::string_view document, std::string_view file, int first_line) {
  tokens_.start(document);
  document_ = document;
  file_ = file;
  first_line_ = first_line;
  failed_ = false;
  failed_at_ = nullptr;
  problem_.clear();
  // The first block is kept: most documents need no more, and many lines are read.
  if (blocks_.size() > 1) blocks_.resize(1);
  free_ = blocks_.empty() ? nullptr : blocks_.front().get();
  free_bytes_ = blocks_.empty() ? 0 : first_block_;
}

std::string_view JsonCursor::rest() {
  const char* at = tokens_.peek();
  if (at == JsonTokens::kEnd) return document_.substr(document_.size());
  return document_.substr(static_cast<size_t>(at - document_.data()));
}

void JsonCursor::fail(const char* at, std::string_view expected) {
  if (failed_) return;
  failed_ = true;
  const char* end = document_.data() + document_.size();
  if (tokens_.problem_at() != nullptr) {
    failed_at_ = tokens_.problem_at();
    problem_ = fmt::format("{}: expected JSON in UTF-8", tokens_.problem());
  } else if (at == JsonTokens::kEnd || at == nullptr) {
    failed_at_ = end;
    problem_ = fmt::format("the file ends: expected {}; is it cut off?", expected);
  } else {
    failed_at_ = at;
    problem_ = fmt::format("found {}: expected {}", found(at, end), expected);
  }
  tokens_.start({});
}

Status JsonCursor::status() const {
  std::string problem = problem_;
  const char* at = failed_at_;
  if (!failed_) {
    if (tokens_.problem_at() == nullptr) return {};
    problem = fmt::format("{}: expected JSON in UTF-8", tokens_.problem());
    at = tokens_.problem_at();
  }
  const std::string_view before =
      document_.substr(0, static_cast<size_t>(at - document_.data()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t newline = before.rfind('\n');
  const size_t column =
      newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  const auto bounded =
      static_cast<int>(std::min<size_t>(column, std::numeric_limits<int>::max()));
  return Error::bad_input(std::move(problem), std::string(file_),
                          first_line_ + static_cast<int>(lines), bounded);
}

bool JsonCursor::not_begun(const char* token, std::string_view expected) {
  const bool null = *token == 'n' && scalar_at(token).empty();
  if (!null) fail(token, expected);
  return false;
}

void JsonCursor::no_more(const char* token, char close) {
  fail(token, close == '}' ? "',' or '}'" : "',' or ']'");
}

JsonKey JsonCursor::bad_key(const char* token, const char* colon) {
  if (*token != '"') {
    fail(token, "a name in quotes");
  } else {
    fail(colon, "':'");
  }
  return JsonKey(JsonTokens::kEnd);
}

std::string_view JsonCursor::key_text() {
  const char* token = tokens_.take();
  if (*token != '"') {
    fail(token, "a name in quotes");
    return {};
  }
  const std::string_view text = string_at(token);
  const char* colon = tokens_.take();
  if (*colon != ':') fail(colon, "':'");
  return text;
}

std::string_view JsonCursor::unended(const char* at) {
  fail(at, "a whole string");
  return {};
}

std::string_view JsonCursor::unescaped(const char* quote, size_t size) {
  char* to = room(size);
  const char* end = tokens_.unescape(quote, to);
  if (end == nullptr) {
    fail(quote, "valid escapes in it");
    return {};
  }
  const auto length = static_cast<size_t>(end - to);
  free_ += length;
  free_bytes_ -= length;
  return {to, length};
}

/// Room for `bytes` and the padding that is written over behind them.
char* JsonCursor::room(size_t bytes) {
  const size_t needed = bytes + TraceInput::kPadding;
  if (needed > free_bytes_) {
    const size_t size = std::max(kBlock, needed);
    blocks_.emplace_back(new char[size]);  // not cleared: it is written over
    if (blocks_.size() == 1) first_block_ = size;
    free_ = blocks_.back().get();
    free_bytes_ = size;
  }
  return free_;
}

/// Numbers, true, false and null.
std::string_view JsonCursor::scalar_at(const char* token) {
  const char* end = tokens_.peek();
  if (end == JsonTokens::kEnd) {
    fail(end, "the end of an object");
    return {};
  }
  while (end > token && is_space(end[-1])) --end;
  const std::string_view text(token, static_cast<size_t>(end - token));
  if (text == "null") return {};
  const bool number = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if ((number && (is_digit(*token) || *token == '-')) || text == "true" ||
      text == "false")
    return text;
  fail(token, "a value");
  return {};
}

std::string_view JsonCursor::other_text(const char* token) {
  if (*token == '{' || *token == '[') return compact(token);
  if (token == JsonTokens::kEnd) {
    fail(token, "a value");
    return {};
  }
  return scalar_at(token);
}

int64_t JsonCursor::integer() {
  return scaled_integer(1);
}

int64_t JsonCursor::scaled_integer(int64_t scale) {
  // Most are plain digits: no need to know first where they end.
  constexpr ptrdiff_t kSafeDigits = 18;
  const char* at = tokens_.peek();
  const char* digit = at;
  int64_t whole = 0;
  while (is_digit(*digit) && digit - at < kSafeDigits)
    whole = whole * 10 + (*digit++ - '0');
  int64_t scaled = 0;
  if (digit > at && ends_scalar(*digit) &&
      !__builtin_mul_overflow(whole, scale, &scaled)) {
    tokens_.take();
    return scaled;
  }
  const bool container = *at == '{' || *at == '[';
  const std::string_view digits = container ? std::string_view() : text();
  int64_t value = 0;
  if (digits.empty() && !container) return 0;
  if (parse_number(digits, scale, value)) return value;
  fail(at, "a number");
  return 0;
}

template <typename Each>
void JsonCursor::walk(const char* open, const Each& each) {
  std::array<char, kDeepest> closes;  // NOLINT(*-member-init): written before it is read
  size_t depth = 0;
  for (const char* token = open;; token = tokens_.take()) {
    const char kind = *token;
    if (kind == '{' || kind == '[') {
      if (depth == kDeepest)
        return fail(token, fmt::format("values nested at most {} deep", kDeepest));
      closes[depth++] = kind == '{' ? '}' : ']';
    } else if (kind == '}' || kind == ']') {
      if (closes[depth - 1] != kind)
        return fail(token, fmt::format("'{}'", closes[depth - 1]));
      --depth;
    } else if (token == JsonTokens::kEnd) {
      return fail(token, fmt::format("'{}'", closes[depth - 1]));
    }
    each(token);
    if (depth == 0) return;
  }
}

void JsonCursor::skip_rest(const char* token) {
  if (*token == '{' || *token == '[') {
    // In ASCII a bracket that closes is two behind the one that opens; many are empty.
    if (*tokens_.peek() == *token + 2) {
      tokens_.take();
      return;
    }
    walk(token, [](const char*) {});
  } else if (*token == '}' || *token == ']' || *token == ',' || *token == ':' ||
             token == JsonTokens::kEnd) {
    fail(token, "a value");
  }
}

/// White space between tokens goes, everything else stays as it is written.
std::string_view JsonCursor::compact(const char* token) {
  // A value can be as large as the file; no attribute needs more than this.
  static constexpr size_t kLongest = 4096;
  std::string text;
  walk(token, [this, &text](const char* at) {
    if (text.size() >= kLongest) return;
    const char* end = tokens_.peek();
    if (end == JsonTokens::kEnd) end = at + 1;  // the last bracket, or an error
    const bool one =
        *at == '{' || *at == '[' || *at == '}' || *at == ']' || *at == ',' || *at == ':';
    if (one) end = at + 1;
    while (end > at && is_space(end[-1])) --end;
    text.append(at, std::min(static_cast<size_t>(end - at), kLongest));
  });
  return failed_ ? std::string_view() : keep(text);
}

std::string_view JsonCursor::keep(std::string_view made) {
  char* to = room(made.size());
  std::copy(made.begin(), made.end(), to);
  free_ += made.size();
  free_bytes_ -= made.size();
  return {to, made.size()};
}

}  // namespace cutset::lineage
