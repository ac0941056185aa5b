// What the command line of `cutset check` said. Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/model_files.h"
#include "modelcheck/check.h"
#include "report/protocol_text.h"

namespace cutset::cli {

struct CheckFlags {
  std::vector<std::string> files;
  ParameterFlags parameters;
  modelcheck::CheckOptions check;
  bool exhaustive = false;
  std::optional<uint64_t> random;  // its seed
  std::string knowledge = "auto";
  bool no_symmetry = false;
  double time_limit = 0;
  uint64_t max_executions = 0;
  bool tables = false;
  bool no_diagram = false;
  bool all = false;
  bool quiet = false;
  bool as_expected = false;
  bool grow = false;
  std::string html;
  std::string junit;
  std::string certificate;
};

void add_check_options(CLI::App& command, CheckFlags& flags);

modelcheck::CheckOptions check_options(const CheckFlags& options);
report::ProtocolTextOptions text_options(const CheckFlags& options,
                                         const GlobalOptions& global);

}  // namespace cutset::cli
