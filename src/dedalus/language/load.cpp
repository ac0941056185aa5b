#include "dedalus/language/load.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "dedalus/language/lowering.h"
#include "dedalus/language/parameters.h"
#include "dedalus/language/safety.h"
#include "dedalus/language/shape.h"
#include "dedalus/language/strata.h"
#include "dedalus/language/symbols.h"
#include "dedalus/language/types.h"
#include "dedalus/language/warnings.h"

namespace cutset::dedalus {

namespace {

std::optional<Program> check(const Reading& reading, Problems& problems) {
  if (problems.has_errors()) return std::nullopt;
  check_shape(reading, problems);
  const Symbols symbols = collect_symbols(reading, problems);
  const bool well_shaped = !problems.has_errors();
  check_safety(reading, problems);
  if (!well_shaped) return std::nullopt;
  auto types = infer_types(reading, symbols, problems);
  const auto strata = stratify(reading, symbols, problems);
  if (problems.has_errors()) return std::nullopt;
  Program program = lower(reading, symbols, std::move(types), strata);
  check_invariants(program);
  const Source& first = *reading.sources.front();
  const auto rows = parse_parameters(first.text(), first.name());
  if (!rows.ok()) problems.error(rows.error());
  find_warnings({.reading = reading,
                 .symbols = symbols,
                 .program = program,
                 .rows = rows.ok() ? *rows : std::vector<Parameters>()},
                problems);
  if (problems.has_errors()) return std::nullopt;
  return program;
}

}  // namespace

Error Diagnosis::error() const {
  const auto is_error = [](const Problem& problem) {
    return problem.severity == Severity::kError;
  };
  const auto first = std::find_if(problems.begin(), problems.end(), is_error);
  CHECK(first != problems.end());
  Error error = first->error();
  const auto count = std::count_if(problems.begin(), problems.end(), is_error);
  if (count > 1) {
    error.message += " (and " + std::to_string(count - 1) +
                     (count == 2 ? " more error)" : " more errors)");
  }
  return error;
}

Diagnosis diagnose_program(const std::vector<std::string>& paths,
                           const FileReader& read) {
  Problems problems;
  Diagnosis diagnosis;
  const Reading reading = read_program(paths, read, problems);
  diagnosis.program = check(reading, problems);
  diagnosis.problems = problems.take_sorted();
  return diagnosis;
}

Diagnosis diagnose_program(const std::vector<std::string>& paths) {
  return diagnose_program(
      paths, [&paths](const std::string& path) -> Result<std::string> {
        // A pipe or device that the user names is fine; a program must not open one.
        const bool named = std::find(paths.begin(), paths.end(), path) != paths.end();
        std::error_code failure;
        if (!named && std::filesystem::exists(path, failure) &&
            !std::filesystem::is_regular_file(path, failure)) {
          return Error::bad_input(path + " is not a regular file");
        }
        return read_file(path, kMaxFileBytes);
      });
}

Result<Program> load_program(const std::vector<std::string>& paths) {
  Diagnosis diagnosis = diagnose_program(paths);
  if (!diagnosis.program) return diagnosis.error();
  return std::move(*diagnosis.program);
}

}  // namespace cutset::dedalus
