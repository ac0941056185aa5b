// `cutset lint FILE`: what kind of file it is and everything that is wrong with it. Runs
// nothing. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::injector {

enum class FileKind { kConfig, kPlayedConfig, kSchedule, kFinding, kUnknown };

/// "cutset.yaml", "cutset.yaml that is only played: ...", "FDSL schedule", "finding",
/// "unknown file".
std::string_view file_kind_name(FileKind kind);

struct LintReport {
  FileKind kind = FileKind::kUnknown;
  // In the order of the file.
  std::vector<Error> problems;  // empty: the file is good
  std::vector<Error> warnings;  // what others may read in another way
};

LintReport lint_file(const std::string& path);

}  // namespace cutset::injector
