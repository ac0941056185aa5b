#include "identity/call_id.h"

#include <charconv>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"

namespace cutset::identity {

namespace {

constexpr std::string_view kSeparator = " > ";
constexpr size_t kLongestId = 64 * 1024;

bool is_reserved(char byte) {
  return byte == '>' || byte == '#' || byte == '{' || byte == '}' || byte == '%' ||
         static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

/// `also`: one more character that is written %XX.
std::string escaped(std::string_view text, char also = '%') {
  std::string result;
  for (const char byte : text) {
    if (is_reserved(byte) || byte == also) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    } else {
      result += byte;
    }
  }
  return result;
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

Result<std::string> unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) return Error::bad_input("'%' must be followed by two hex digits");
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

}  // namespace

std::string Point::text_without_ordinal() const {
  std::string result = escaped(callee, ':') + ":" + escaped(signature);
  if (!key.empty()) result += "{" + escaped(key) + "}";
  return result;
}

std::string Point::text() const {
  return text_without_ordinal() + (ordinal == 0 ? "#*" : fmt::format("#{}", ordinal));
}

Result<Point> parse_point(std::string_view text) {
  Point point;
  const size_t hash = text.rfind('#');
  if (hash == std::string_view::npos) {
    return Error::bad_input(fmt::format("\"{}\" has no \"#ordinal\" at its end", text));
  }
  const std::string_view ordinal = text.substr(hash + 1);
  if (ordinal == "*") {
    point.ordinal = 0;
  } else {
    const auto [end, error] =
        std::from_chars(ordinal.data(), ordinal.data() + ordinal.size(), point.ordinal);
    if (error != std::errc() || end != ordinal.data() + ordinal.size() ||
        point.ordinal == 0) {
      return Error::bad_input(
          fmt::format("\"#{}\": expected a number from 1 on, or \"*\"", ordinal));
    }
  }
  std::string_view rest = text.substr(0, hash);
  if (!rest.empty() && rest.back() == '}') {
    const size_t brace = rest.rfind('{');
    if (brace == std::string_view::npos) {
      return Error::bad_input(fmt::format("\"{}\": \"}}\" without \"{{\"", rest));
    }
    CUTSET_ASSIGN(point.key, unescaped(rest.substr(brace + 1, rest.size() - brace - 2)));
    rest = rest.substr(0, brace);
  }
  const size_t colon = rest.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == rest.size()) {
    return Error::bad_input(
        fmt::format("\"{}\": expected \"service:METHOD /route\"", rest));
  }
  CUTSET_ASSIGN(point.callee, unescaped(rest.substr(0, colon)));
  CUTSET_ASSIGN(point.signature, unescaped(rest.substr(colon + 1)));
  return point;
}

std::string CallId::text() const {
  std::string result;
  for (const Point& point : points) {
    if (!result.empty()) result += kSeparator;
    result += point.text();
  }
  return result;
}

CallId CallId::parent() const {
  CHECK(points.size() > 1);
  return CallId{{points.begin(), points.end() - 1}};
}

Result<CallId> parse_call_id(std::string_view text) {
  if (text.size() > kLongestId)
    return Error::bad_input("a call identity of more than 64 KiB");
  CallId id;
  for (const std::string& part : split(text, kSeparator)) {
    CUTSET_ASSIGN(Point point, parse_point(part));
    id.points.push_back(std::move(point));
  }
  return id;
}

uint64_t call_handle(uint64_t parent_handle, const Point& point) {
  Fnv64 hash;
  hash.add(hex16(parent_handle));
  hash.add(kSeparator);
  hash.add(point.text());
  return hash.value();
}

uint64_t call_handle(const CallId& id) {
  uint64_t handle = 0;
  for (const Point& point : id.points) handle = call_handle(handle, point);
  return handle;
}

}  // namespace cutset::identity
