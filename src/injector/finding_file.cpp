#include "injector/finding_file.h"

#include <fmt/format.h>

#include "injector/fdsl/fields.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

namespace {

using fdsl::yaml_quoted;

void take_text(YamlReading& reading, YamlSection& section, const std::string& key,
               std::string& target) {
  const YamlNode* found = section.require(key);
  if (found != nullptr) target = reading.text(*found, section.path(key)).value_or("");
}

void read_outcomes(YamlReading& reading, const YamlNode& node,
                   std::vector<ExpectedOutcome>& outcomes) {
  for (const YamlNode& item : reading.list(node, "cutset_finding.outcomes")) {
    ExpectedOutcome outcome;
    YamlSection section(reading, item, "cutset_finding.outcomes");
    take_text(reading, section, "name", outcome.name);
    take_text(reading, section, "state", outcome.state);
    take_text(reading, section, "found", outcome.found);
    take_text(reading, section, "expected", outcome.expected);
    section.finish();
    outcomes.push_back(std::move(outcome));
  }
}

void read_reproduced(YamlReading& reading, const YamlNode& node, Finding& finding) {
  YamlSection section(reading, node, "cutset_finding.reproduced");
  const YamlNode* k = section.require("k");
  const YamlNode* n = section.require("n");
  if (k != nullptr) {
    finding.reproduced_k = static_cast<int>(
        reading.integer(*k, section.path("k"), 0, 1'000'000).value_or(0));
  }
  if (n != nullptr) {
    finding.reproduced_n = static_cast<int>(
        reading.integer(*n, section.path("n"), 0, 1'000'000).value_or(0));
  }
  section.finish();
}

void read_annotation(YamlReading& reading, const YamlNode& node, Finding& finding) {
  YamlSection section(reading, node, "cutset_finding");
  take_text(reading, section, "id", finding.id);
  const YamlNode* id = section.take("id");
  const bool is_hex =
      finding.id.size() == 16 &&
      finding.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (id != nullptr && !is_hex) {
    reading.problem(*id,
                    fmt::format("cutset_finding.id: expected 16 hex digits, found \"{}\"",
                                finding.id));
  }
  take_text(reading, section, "name", finding.name);
  take_text(reading, section, "verdict", finding.verdict);
  if (const YamlNode* found = section.require("outcomes")) {
    read_outcomes(reading, *found, finding.outcomes);
  }
  take_text(reading, section, "words", finding.words);
  if (const YamlNode* found = section.require("reproduced")) {
    read_reproduced(reading, *found, finding);
  }
  if (const YamlNode* found = section.take("nodes")) {
    finding.nodes = reading.text(*found, section.path("nodes")).value_or("");
  }
  section.finish();
}

/// The annotation is required, the rest is a schedule.
fdsl::ScheduleReading read(std::string_view text, const std::string& file,
                           Finding& finding) {
  return fdsl::read_schedule(text, file, [&](YamlReading& reading, YamlSection& section) {
    const YamlNode* found = section.require("cutset_finding");
    if (found != nullptr) read_annotation(reading, *found, finding);
  });
}

}  // namespace

std::string write_finding(const Finding& finding) {
  std::string text = fdsl::write_schedule(finding.schedule);
  text += fmt::format("cutset_finding:\n  id: {}\n  name: {}\n  verdict: {}\n",
                      yaml_quoted(finding.id), yaml_quoted(finding.name),
                      yaml_quoted(finding.verdict));
  text += finding.outcomes.empty() ? "  outcomes: []\n" : "  outcomes:\n";
  for (const ExpectedOutcome& outcome : finding.outcomes) {
    text += fmt::format(
        "    - name: {}\n      state: {}\n      found: {}\n      expected: {}\n",
        yaml_quoted(outcome.name), yaml_quoted(outcome.state), yaml_quoted(outcome.found),
        yaml_quoted(outcome.expected));
  }
  text +=
      fmt::format("  words: {}\n  reproduced:\n    k: {}\n    n: {}\n",
                  yaml_quoted(finding.words), finding.reproduced_k, finding.reproduced_n);
  if (!finding.nodes.empty())
    text += fmt::format("  nodes: {}\n", yaml_quoted(finding.nodes));
  return text;
}

Result<Finding> parse_finding(std::string_view text, const std::string& file) {
  Finding finding;
  fdsl::ScheduleReading reading = read(text, file, finding);
  if (!reading.problems.empty()) return reading.problems.front();
  finding.schedule = std::move(reading.schedule);
  return finding;
}

fdsl::ScheduleReading read_finding(std::string_view text, const std::string& file) {
  Finding ignored;
  return read(text, file, ignored);
}

}  // namespace cutset::injector
