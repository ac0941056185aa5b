// The way into this folder: from files of a Dedalus program (dedalus.md) to a Program, or
// to everything that is wrong with them.
//
// Thread rule: pure functions of the files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "dedalus/language/reading.h"
#include "dedalus/language/source.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct Diagnosis {
  std::optional<Program> program;  // if there is no error
  /// Errors and warnings by file, line and column. Syntax errors hide the checks behind
  /// them: a clause that was not understood would make them say what is not so.
  std::vector<Problem> problems;

  /// The first error; if there are more, it says how many. Requires: no program.
  Error error() const;
};

/// All files form one program; includes are found from the folder of the first.
/// Requires: a path.
Diagnosis diagnose_program(const std::vector<std::string>& paths);
/// With another way to read files: tests, programs that are not in files.
Diagnosis diagnose_program(const std::vector<std::string>& paths, const FileReader& read);

/// The program, or its first error.
Result<Program> load_program(const std::vector<std::string>& paths);

}  // namespace cutset::dedalus
