#include "injector/expectation.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace cutset::injector {

namespace {

using nlohmann::json;

// A document nested deeper is hostile: comparing and printing are recursive.
constexpr int kDeepestJson = 128;
constexpr size_t kLongestFound = 160;

/// Cuts at the end of a character, so that what was UTF-8 stays UTF-8.
std::string shortened(std::string text) {
  if (text.size() <= kLongestFound) return text;
  size_t end = kLongestFound;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::optional<json> parse_bounded(std::string_view text) {
  bool too_deep = false;
  const json::parser_callback_t watch = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepestJson;
    return depth <= kDeepestJson;
  };
  json document = json::parse(text.begin(), text.end(), watch, false);
  if (too_deep || document.is_discarded()) return std::nullopt;
  return document;
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

class Parts {
 public:
  void add(bool held, std::string found) {
    held_ = held_ && held;
    found_.push_back(shortened(std::move(found)));
  }
  Comparison result() const { return {held_, join(found_, " and ")}; }

 private:
  bool held_ = true;
  std::vector<std::string> found_;
};

bool fits(const Expectation& expect, const std::optional<json>& value) {
  if (expect.exists) return value.has_value() == *expect.exists;
  if (!value) return false;
  if (expect.equals) return *value == json::parse(*expect.equals, nullptr, false);
  if (expect.json_matches) {
    return expect.json_matches->matches(value->is_string() ? value->get<std::string>()
                                                           : dumped(*value));
  }
  if (!value->is_number()) return false;
  const double number = value->get<double>();
  return (!expect.at_least || number >= *expect.at_least) &&
         (!expect.at_most || number <= *expect.at_most);
}

void compare_json(const Expectation& expect, const Evidence& evidence, Parts& parts) {
  const std::optional<json> document =
      evidence.body ? parse_bounded(*evidence.body) : std::nullopt;
  if (!document) {
    parts.add(false, evidence.body && evidence.body->empty() ? "no body" : "no JSON");
    return;
  }
  const std::optional<json> value = expect.json->find(*document);
  parts.add(fits(expect, value), value ? expect.json->text() + " = " + dumped(*value)
                                       : "no " + expect.json->text());
}

std::string first_match(const Pattern& pattern, std::string_view log) {
  for (const std::string& line : split(log, "\n")) {
    if (pattern.matches(line)) return line;
  }
  return "a match over several lines";
}

}  // namespace

Comparison compare(const Expectation& expect, const Evidence& evidence) {
  Parts parts;
  if (!expect.status.empty()) {
    const auto& wanted = expect.status;
    const bool held = evidence.status && std::find(wanted.begin(), wanted.end(),
                                                   *evidence.status) != wanted.end();
    parts.add(held,
              evidence.status ? fmt::format("status {}", *evidence.status) : "no status");
  }
  if (expect.json) compare_json(expect, evidence, parts);
  if (expect.body_matches) {
    const bool held = evidence.body && expect.body_matches->matches(*evidence.body);
    parts.add(held, fmt::format("body \"{}\"", evidence.body.value_or("")));
  }
  if (expect.exit_code) {
    parts.add(evidence.exit_code == expect.exit_code,
              fmt::format("exit code {}", evidence.exit_code.value_or(-1)));
  }
  if (expect.output_matches) {
    const bool held = evidence.body && expect.output_matches->matches(*evidence.body);
    parts.add(held, fmt::format("output \"{}\"", trim(evidence.body.value_or(""))));
  }
  if (expect.log_matches) {
    const bool held = evidence.log && expect.log_matches->matches(*evidence.log);
    parts.add(held, held ? "a matching line" : "no matching line");
  }
  if (expect.absent) {
    const bool present = !evidence.log || expect.absent->matches(*evidence.log);
    parts.add(!present,
              present ? "\"" + first_match(*expect.absent, evidence.log.value_or("")) +
                            "\" in the log"
                      : "nothing in the log");
  }
  return parts.result();
}

}  // namespace cutset::injector
