// `cutset lint FILE`: what kind of file it is and everything that is wrong with it. Runs
// nothing. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::injector {

enum class FileKind { kConfig, kSchedule, kFinding, kUnknown };

/// "cutset.yaml", "FDSL schedule", "finding", "unknown file".
std::string_view file_kind_name(FileKind kind);

struct LintReport {
  FileKind kind = FileKind::kUnknown;
  std::vector<Error> problems;  // in the order of the file; empty: the file is good
};

LintReport lint_file(const std::string& path);

}  // namespace cutset::injector
