#include "injector/lint.h"

#include "base/file.h"
#include "injector/config.h"
#include "injector/fdsl/read.h"
#include "injector/finding_file.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {

namespace {

/// By what only one kind of file has.
FileKind kind_of(const YamlNode& root) {
  if (root.find("cutset_finding") != nullptr) return FileKind::kFinding;
  for (const char* key : {"events", "environment", "churn"}) {
    if (root.find(key) != nullptr) return FileKind::kSchedule;
  }
  for (const char* key : {"cutset", "services", "workload", "outcomes"}) {
    if (root.find(key) == nullptr) continue;
    return is_only_played(root) ? FileKind::kPlayedConfig : FileKind::kConfig;
  }
  return FileKind::kUnknown;
}

void take(fdsl::ScheduleReading reading, LintReport& report) {
  report.problems = std::move(reading.problems);
  report.warnings = std::move(reading.warnings);
}

}  // namespace

std::string_view file_kind_name(FileKind kind) {
  switch (kind) {
    case FileKind::kConfig:
      return "cutset.yaml";
    case FileKind::kPlayedConfig:
      return "cutset.yaml that is only played: no workload, no outcomes";
    case FileKind::kSchedule:
      return "FDSL schedule";
    case FileKind::kFinding:
      return "finding";
    case FileKind::kUnknown:
      break;
  }
  return "unknown file";
}

LintReport lint_file(const std::string& path) {
  LintReport report;
  const Result<std::string> text = read_file(path, kLargestFile);
  if (!text) {
    report.problems.push_back(text.error());
    return report;
  }
  std::vector<Error> repeated_keys;  // whether they are allowed depends on the kind
  const Result<YamlNode> root = parse_yaml(*text, path, &repeated_keys);
  if (!root) {
    report.problems.push_back(root.error());
    return report;
  }
  report.kind = kind_of(*root);
  switch (report.kind) {
    case FileKind::kConfig:
    case FileKind::kPlayedConfig:
      report.problems =
          parse_config(*text, path, environment_variable, ConfigPurpose::kUnknown)
              .problems;
      break;
    case FileKind::kSchedule:
      take(fdsl::read_schedule(*text, path), report);
      break;
    case FileKind::kFinding:
      take(read_finding(*text, path), report);
      break;
    case FileKind::kUnknown:
      report.problems.push_back(
          Error::bad_input("not a file of cutset: expected cutset.yaml (\"cutset: 1\", "
                           "\"services\", ...), an FDSL "
                           "schedule (\"events\") or a finding (\"cutset_finding\")",
                           path, root->line, root->column));
  }
  return report;
}

}  // namespace cutset::injector
