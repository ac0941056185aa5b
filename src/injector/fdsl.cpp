#include "injector/fdsl.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "injector/fdsl_reader.h"

namespace cutset::injector {

namespace {

/// A service's name as a key: quoted unless nobody can read it as something else.
std::string yaml_key(const std::string& name) {
  const bool plain =
      name.size() > 3 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return plain && name != "true" && name != "false" && name != "null" ? name
                                                                      : yaml_quoted(name);
}

std::string fault_lines(const RequestFault& fault) {
  using identity::FaultAction;
  std::string text = fmt::format(
      "            - fault:\n"
      "                target: {{specific: [0]}}\n"
      "                request:\n"
      "                  call: {}\n"
      "                  action: {}\n",
      yaml_quoted(fault.call.text()), identity::action_name(fault.mode.action));
  const FaultAction action = fault.mode.action;
  if (action == FaultAction::kError || action == FaultAction::kErrorAfter) {
    text += fmt::format("                  status: {}\n", fault.mode.status);
  }
  if (action == FaultAction::kDelay) {
    text += fmt::format("                  milliseconds: {}\n", fault.mode.milliseconds);
  }
  return text;
}

struct Parsed {
  Schedule schedule;
  std::vector<Error> problems;
};

Parsed parse(std::string_view text, const std::string& file) {
  Parsed parsed;
  const Result<YamlNode> root = parse_yaml(text, file);
  if (!root) {
    parsed.problems.push_back(root.error());
    return parsed;
  }
  const auto no_variables = [](const std::string&) {
    return std::optional<std::string>();
  };
  YamlReading reading(file, no_variables, YamlReading::Variables::kNone);
  YamlSection section(reading, *root, "");
  FdslReader(reading, parsed.schedule).read(section);
  section.take("cutset_finding");
  section.finish();
  parsed.problems = reading.problems();
  return parsed;
}

}  // namespace

void sort_faults(std::vector<RequestFault>& faults) {
  std::sort(faults.begin(), faults.end(),
            [](const RequestFault& a, const RequestFault& b) {
              return a.call.text() < b.call.text();
            });
}

std::string yaml_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      quoted += '\\';
      quoted += byte;
    } else if (code < 0x20 || code == 0x7f) {
      quoted += fmt::format("\\x{:02x}", code);
    } else {
      quoted += byte;
    }
  }
  return quoted + "\"";
}

Schedule make_schedule(const std::vector<std::string>& services,
                       std::vector<RequestFault> faults, std::string run,
                       std::string goal, int64_t end_seconds) {
  Schedule schedule;
  for (const std::string& service : services) schedule.services.emplace_back(service, 1);
  std::sort(schedule.services.begin(), schedule.services.end());
  sort_faults(faults);
  for (const RequestFault& fault : faults) {
    schedule.fault_texts.push_back(fault.mode.text() + " on " + fault.call.text());
  }
  schedule.faults = std::move(faults);
  schedule.run = std::move(run);
  schedule.goal = std::move(goal);
  schedule.end_seconds = end_seconds;
  return schedule;
}

std::string write_fdsl(const Schedule& schedule) {
  std::string text =
      fmt::format("environment:\n  fdsl: 2\n  seed: {}\nevents:\n", schedule.seed);
  text += schedule.services.empty() ? "    - beginning: {}\n" : "    - beginning:\n";
  for (const auto& [service, count] : schedule.services) {
    text += fmt::format("        {}: {}\n", yaml_key(service), count);
  }
  std::map<std::string, std::string> by_service;
  for (const RequestFault& fault : schedule.faults) {
    by_service[fault.call.points.back().callee] += fault_lines(fault);
  }
  if (!by_service.empty()) text += "    - moment:\n        time: 0\n        services:\n";
  for (const auto& [service, lines] : by_service) {
    text += fmt::format("          {}:\n{}", yaml_key(service), lines);
  }
  text += fmt::format("    - end: {}\n", schedule.end_seconds);
  text += fmt::format("lineage:\n  run: {}\n  goal: {}\n", yaml_quoted(schedule.run),
                      yaml_quoted(schedule.goal));
  text += schedule.fault_texts.empty() ? "  faults: []\n" : "  faults:\n";
  for (const std::string& fault : schedule.fault_texts) {
    text += fmt::format("    - {}\n", yaml_quoted(fault));
  }
  return text;
}

Result<Schedule> parse_fdsl(std::string_view text, const std::string& file) {
  Parsed parsed = parse(text, file);
  if (!parsed.problems.empty()) return parsed.problems.front();
  return std::move(parsed.schedule);
}

std::vector<Error> lint_fdsl(std::string_view text, const std::string& file) {
  return parse(text, file).problems;
}

}  // namespace cutset::injector
