#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/config_reader.h"

namespace cutset::injector {

Expectation ConfigReader::read_expectation(const YamlNode& node, const std::string& what,
                                           const std::vector<std::string>& allowed) {
  Expectation expect;
  YamlSection section(reading_, node, what);
  const auto given = [&](const std::string& key) -> const YamlNode* {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) return nullptr;
    return section.take(key);
  };
  if (const YamlNode* found = given("status")) {
    const std::vector<YamlNode> single = {*found};
    for (const YamlNode& item : found->is_list() ? found->items : single) {
      if (const auto status = reading_.integer(item, section.path("status"), 100, 599)) {
        expect.status.push_back(static_cast<int>(*status));
      }
    }
    if (found->is_list() && found->items.empty()) {
      reading_.problem(*found, section.path("status") + ": expected at least one status");
    }
  }
  if (const YamlNode* found = given("body_matches")) {
    expect.body_matches = reading_.pattern(*found, section.path("body_matches"));
  }
  if (const YamlNode* found = given("exit_code")) {
    if (const auto code = reading_.integer(*found, section.path("exit_code"), 0, 255)) {
      expect.exit_code = static_cast<int>(*code);
    }
  }
  if (const YamlNode* found = given("output_matches")) {
    expect.output_matches = reading_.pattern(*found, section.path("output_matches"));
  }
  if (const YamlNode* found = given("absent")) {
    expect.absent = reading_.pattern(*found, section.path("absent"));
  }
  if (given("json") != nullptr) {
    read_json_expectation(section, expect);
  } else if (const YamlNode* found = given("matches")) {
    if (std::find(allowed.begin(), allowed.end(), "json") == allowed.end()) {
      expect.log_matches = reading_.pattern(*found, section.path("matches"));
    }
  }
  const bool has_json = node.find("json") != nullptr;
  const bool log_source =
      std::find(allowed.begin(), allowed.end(), "json") == allowed.end();
  for (const std::string key : {"equals", "matches", "exists", "at_least", "at_most"}) {
    const YamlNode* found = given(key);
    if (found == nullptr || has_json || (log_source && key == "matches")) continue;
    reading_.problem(*found,
                     fmt::format("{}: \"{}\" needs a path: \"json: $.name\"", what, key));
  }
  section.finish();
  if (node.is_map() && node.entries.empty()) {
    reading_.problem(
        node, fmt::format("{}: expected at least one of {}", what, join(allowed, ", ")));
  }
  return expect;
}

void ConfigReader::read_json_expectation(YamlSection& section, Expectation& expect) {
  const YamlNode& path = *section.take("json");
  expect.json = reading_.json_path(path, section.path("json"));
  int given = 0;
  if (const YamlNode* found = section.take("equals")) {
    ++given;
    expect.equals = reading_.json_text(*found, section.path("equals"));
  }
  if (const YamlNode* found = section.take("matches")) {
    ++given;
    expect.json_matches = reading_.pattern(*found, section.path("matches"));
  }
  if (const YamlNode* found = section.take("exists")) {
    ++given;
    expect.exists = reading_.boolean(*found, section.path("exists"));
  }
  const YamlNode* at_least = section.take("at_least");
  const YamlNode* at_most = section.take("at_most");
  if (at_least != nullptr || at_most != nullptr) ++given;
  if (at_least != nullptr) {
    expect.at_least = reading_.number(*at_least, section.path("at_least"));
  }
  if (at_most != nullptr)
    expect.at_most = reading_.number(*at_most, section.path("at_most"));
  if (given == 1) return;
  reading_.problem(path,
                   fmt::format("{}: expected exactly one of equals, matches, exists, "
                               "at_least and at_most with it, found {}",
                               section.path("json"), given));
}

std::string Expectation::text() const {
  std::vector<std::string> parts;
  if (!status.empty()) {
    std::vector<std::string> codes;
    for (const int code : status) codes.push_back(std::to_string(code));
    parts.push_back("status " + join(codes, " or "));
  }
  if (json) {
    std::string part = json->text();
    if (equals) part += " = " + *equals;
    if (json_matches) part += " matches /" + json_matches->text() + "/";
    if (exists) part += *exists ? " exists" : " does not exist";
    if (at_least) part += fmt::format(" >= {}", *at_least);
    if (at_most) part += fmt::format("{} <= {}", at_least ? " and" : "", *at_most);
    parts.push_back(std::move(part));
  }
  if (body_matches) parts.push_back("body matches /" + body_matches->text() + "/");
  if (exit_code) parts.push_back(fmt::format("exit code {}", *exit_code));
  if (output_matches) parts.push_back("output matches /" + output_matches->text() + "/");
  if (log_matches) parts.push_back("log matches /" + log_matches->text() + "/");
  if (absent) parts.push_back("nothing in the log matches /" + absent->text() + "/");
  return join(parts, " and ");
}

}  // namespace cutset::injector
