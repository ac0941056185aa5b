// Protocol models on the command line: the program of its files, the parameters of its
// header as the flags change them. Shared by the commands that run models. Thread rule:
// pure functions of the files; problems are printed on stderr.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "dedalus/language/parameters.h"
#include "dedalus/program.h"

namespace cutset::cli {

/// What --eot, --eff, --crashes, --nodes, --crash-model and --row said.
struct ParameterFlags {
  std::optional<int64_t> eot;
  std::optional<int64_t> eff;
  std::optional<int64_t> crashes;
  std::optional<std::string> nodes;
  std::optional<std::string> crash_model;
  std::optional<size_t> row;

  bool any() const { return eot || eff || crashes || nodes || crash_model; }
};

struct ParameterRow {
  uint32_t number = 0;  // in the header, from 1; 0: changed or made by flags
  dedalus::Parameters parameters;
};

void add_parameter_options(CLI::App& command, ParameterFlags& flags);

/// The program; all problems that it has are printed with their lines, warnings too.
/// Error: the first one, which was printed.
Result<dedalus::Program> load_model(const std::vector<std::string>& files);

/// As fail(), for an error that was printed already.
int fail_quietly(const Error& error, const GlobalOptions& global);

/// The rows to check: all of the header; with --row that one; with other flags one, the
/// header's first (or --row) changed by them.
/// Error: no such row, or no row and not enough flags.
Result<std::vector<ParameterRow>> parameter_rows(const std::string& file,
                                                 const ParameterFlags& flags);

}  // namespace cutset::cli
