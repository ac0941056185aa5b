#include "cli/model_files.h"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dedalus/language/load.h"

namespace cutset::cli {

void add_parameter_options(CLI::App& command, ParameterFlags& flags) {
  command.add_option("--eot", flags.eot, "End of time: steps 1 to N");
  command.add_option("--eff", flags.eff, "Messages sent before this step may be lost");
  command.add_option("--crashes", flags.crashes, "At most so many nodes crash");
  command.add_option("--nodes", flags.nodes, "The nodes, in order: a,b,c");
  command
      .add_option("--crash-model", flags.crash_model,
                  "send: a crashed node sends nothing to others; stop: it receives and "
                  "computes nothing either")
      ->check(CLI::IsMember({"send", "stop"}));
  command.add_option("--row", flags.row, "Only this row of the model's header, from 1")
      ->check(CLI::PositiveNumber);
}

Result<dedalus::Program> load_model(const std::vector<std::string>& files) {
  dedalus::Diagnosis diagnosis = dedalus::diagnose_program(files);
  for (const dedalus::Problem& problem : diagnosis.problems)
    std::fprintf(stderr, "%s\n", problem.text_with_source().c_str());
  if (!diagnosis.program) return diagnosis.error();
  return std::move(*diagnosis.program);
}

int fail_quietly(const Error& error, const GlobalOptions& global) {
  const int code = exit_code_of(error);
  if (!global.json) return code;
  const nlohmann::ordered_json json = {{"schema_version", 1},
                                       {"exit_code", code},
                                       {"error",
                                        {{"message", error.message},
                                         {"file", error.file},
                                         {"line", error.line},
                                         {"column", error.column}}}};
  const std::string text =
      json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
  return code;
}

Result<std::vector<ParameterRow>> parameter_rows(const std::string& file,
                                                 const ParameterFlags& flags) {
  CUTSET_ASSIGN(const std::vector<dedalus::Parameters> header,
                dedalus::read_parameters(file));
  if (flags.row && *flags.row > header.size()) {
    return Error::usage(fmt::format("--row {}: {} has {} row{} of parameters", *flags.row,
                                    file, header.size(), header.size() == 1 ? "" : "s"));
  }
  if (header.empty() && !(flags.eot && flags.nodes)) {
    return Error::usage(fmt::format(
        "{} has no row of parameters; give --eot and --nodes, or write into the file: // "
        "cutset: eot=6 eff=3 crashes=1 nodes=a,b,c",
        file));
  }
  std::vector<ParameterRow> rows;
  for (size_t i = 0; i < header.size(); ++i) {
    if (flags.row && *flags.row != i + 1) continue;
    rows.push_back({static_cast<uint32_t>(i + 1), header[i]});
  }
  if (!flags.any()) return rows;
  ParameterRow changed = rows.empty() ? ParameterRow() : rows.front();
  changed.number = 0;
  dedalus::Parameters& parameters = changed.parameters;
  // What is expected of a row says nothing about another one.
  parameters.expect.reset();
  if (flags.eot) {
    parameters.eot = *flags.eot;
    // A shorter run has a shorter time of losses, unless that is asked for, too.
    if (!flags.eff && parameters.eff > parameters.eot) parameters.eff = parameters.eot;
  }
  if (flags.eff) parameters.eff = *flags.eff;
  if (flags.crashes) parameters.crashes = *flags.crashes;
  if (flags.nodes) {
    auto nodes = dedalus::parse_nodes(*flags.nodes);
    if (!nodes.ok()) return Error::usage("--nodes: " + nodes.error().message);
    parameters.nodes = std::move(*nodes);
  }
  if (flags.crash_model) {
    parameters.crash_model = *dedalus::crash_model_of(*flags.crash_model);
  }
  const Status fits = dedalus::check_parameters(parameters);
  if (!fits.ok()) return Error::usage(fits.error().message);
  return std::vector<ParameterRow>{changed};
}

}  // namespace cutset::cli
