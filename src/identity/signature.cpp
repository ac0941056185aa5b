#include "identity/signature.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace cutset::identity {

namespace {

constexpr size_t kLongestTarget = 8192;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
}

bool all_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

std::string_view placeholder(std::string_view segment) {
  if (all_digits(segment)) return ":id";
  if (is_uuid(segment)) return ":uuid";
  if (segment.size() >= 16 && all_hex(segment) && has_digit(segment)) return ":hex";
  return {};
}

/// "http://host:1/path" -> "/path"
std::string_view without_origin(std::string_view target) {
  const size_t scheme = target.find("://");
  if (target.empty() || target[0] == '/' || scheme == std::string_view::npos)
    return target;
  const size_t slash = target.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

std::string sorted_query(std::string_view query) {
  std::vector<std::string> parameters = split(query, "&");
  std::sort(parameters.begin(), parameters.end());
  return join(parameters, "&");
}

}  // namespace

RequestShape request_shape(std::string_view method, std::string_view target) {
  target = without_origin(target.substr(0, kLongestTarget));
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);

  RequestShape shape;
  shape.signature = std::string(method) + " ";
  std::vector<std::string> segments = split(path, "/");
  for (std::string& segment : segments) {
    const std::string_view name = placeholder(segment);
    if (name.empty()) continue;
    if (!shape.concrete.empty()) shape.concrete += ',';
    shape.concrete += segment;
    segment = name;
  }
  shape.signature += join(segments, "/");
  if (question != std::string_view::npos && question + 1 < target.size()) {
    shape.concrete += '?' + sorted_query(target.substr(question + 1));
  }
  return shape;
}

}  // namespace cutset::identity
