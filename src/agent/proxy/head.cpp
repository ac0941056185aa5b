#include "agent/proxy/head.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::agent::proxy {

namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// The first line of `text` with its line end.
std::string_view take_line(std::string_view& text) {
  const size_t feed = text.find('\n');
  const size_t length = feed == std::string_view::npos ? text.size() : feed + 1;
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(length);
  return line;
}

bool is_blank(std::string_view line) {
  return line == "\r\n" || line == "\n";
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

RequestHead::RequestHead(std::string raw) : raw_(std::move(raw)) {
  // RFC 9112 2.2: empty lines in front of a request are to be ignored.
  raw_.erase(0, std::min(raw_.find_first_not_of("\r\n"), raw_.size()));
  std::string_view rest = raw_;
  first_line_ = take_line(rest);
  const std::string_view line = trim(first_line_);
  const size_t space = line.find(' ');
  method_ = line.substr(0, space);
  if (space != std::string_view::npos) {
    target_ = trim(line.substr(space));
    target_ = target_.substr(0, target_.find(' '));
  }
  while (!rest.empty()) {
    const char* const begin = rest.data();
    std::string_view field = take_line(rest);
    if (is_blank(field)) {
      rest = std::string_view(begin, field.size() + rest.size());
      break;
    }
    // A line that begins with a space continues the one before.
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) {
      field = std::string_view(begin, field.size() + take_line(rest).size());
    }
    const size_t colon = std::min(field.find(':'), field.size());
    const std::string_view value = colon < field.size() ? field.substr(colon + 1) : "";
    fields_.push_back({trim(field.substr(0, colon)), trim(value), field});
  }
  end_ = rest;
}

std::string RequestHead::joined(std::string_view name) const {
  std::string result;
  for (const Field& field : fields_) {
    if (!same_name(field.name, name)) continue;
    if (!result.empty()) result += ',';
    result += field.value;
  }
  return result;
}

bool RequestHead::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [name](const Field& field) { return same_name(field.name, name); });
}

std::string printable(std::string_view target) {
  std::string result;
  result.reserve(target.size());
  for (const char byte : target) {
    if (byte > 0x20 && byte < 0x7f) {
      result += byte;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return result;
}

}  // namespace cutset::agent::proxy
