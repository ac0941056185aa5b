#include "cli/check_flags.h"

#include <chrono>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "cli/signals.h"

namespace cutset::cli {

using modelcheck::CheckOptions;

CheckOptions check_options(const CheckFlags& options) {
  CheckOptions check = options.check;
  check.stop = stop_was_requested;
  check.use_symmetry = !options.no_symmetry;
  // A page has room for everything; the tables are folded there.
  check.proofs = !options.html.empty();
  check.tables = options.tables || !options.html.empty();
  if (options.random) check.seed = *options.random;
  if (options.exhaustive) check.search = modelcheck::SearchKind::kExhaustive;
  if (options.random) check.search = modelcheck::SearchKind::kRandom;
  if (options.knowledge == "all") check.knowledge = campaign::Knowledge::kAll;
  if (options.knowledge == "lineage") check.knowledge = campaign::Knowledge::kLineage;
  if (options.time_limit > 0) {
    check.time_limit =
        std::chrono::milliseconds(static_cast<int64_t>(options.time_limit * 1000));
  }
  if (options.max_executions > 0) check.max_executions = options.max_executions;
  return check;
}

report::ProtocolTextOptions text_options(const CheckFlags& options,
                                         const GlobalOptions& global) {
  report::ProtocolTextOptions text;
  text.text = report::TextOptions::of_environment();
  text.text.color = global.color_on(STDOUT_FILENO);
  text.diagrams = !options.no_diagram;
  text.tables = options.tables;
  if (options.all) text.most_findings = SIZE_MAX;
  return text;
}

void add_check_options(CLI::App& command, CheckFlags& flags) {
  command.add_option("files", flags.files, "Files in Dedalus that form one model")
      ->required();
  add_parameter_options(command, flags.parameters);
  command.add_flag("--first", flags.check.stop_at_first,
                   "Stop at the first minimal fault set");
  CLI::Option* exhaustive = command.add_flag("--exhaustive", flags.exhaustive,
                                             "Run every fault set instead (to compare)");
  CLI::Option* random =
      command
          .add_option("--random", flags.random,
                      "Run random fault sets instead until one is violated (to compare)")
          ->type_name("SEED")
          ->excludes(exhaustive);
  command
      .add_option("--knowledge", flags.knowledge,
                  "all: derive what any run may do; lineage: learn from runs")
      ->check(CLI::IsMember({"auto", "all", "lineage"}))
      ->capture_default_str();
  command.add_flag("--no-symmetry", flags.no_symmetry,
                   "Run sets that are equal up to renaming nodes, too");
  command.add_flag("--tables", flags.tables,
                   "Also every relation at each time, in both runs");
  command.add_flag("--no-diagram", flags.no_diagram, "No space-time diagrams");
  command.add_flag("--all", flags.all, "Every counterexample in full");
  command.add_option("--time-limit", flags.time_limit, "Seconds for each row; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--max-executions", flags.max_executions,
                  "Executions for each row; 0: no limit")
      ->capture_default_str();
  command.add_option("--max-tuples", flags.check.max_tuples, "Tuples of one execution")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}))
      ->capture_default_str();
  command.add_flag("--as-expected", flags.as_expected,
                   "Exit code 0 if every row answers as its expect= says, else 1");
  command
      .add_flag("--grow", flags.grow,
                "Raise EOT, EFF and crashes (up to --eot and --crashes, else 1000 and 1) "
                "until something is violated or the time is over (60 s)")
      ->excludes(exhaustive)
      ->excludes(random);
  command.add_option("--html", flags.html, "Also write a page with everything");
  command.add_option("--junit", flags.junit, "Also write JUnit XML, a case a row");
  command.add_option("--certificate", flags.certificate,
                     "Also write the proof that nothing was left out, and its graph as "
                     "FILE.dag; cutset verify checks it");
  command.add_flag("--quiet", flags.quiet, "No progress");
  command.footer(
      "Without --eot and the like each row \"// cutset: eot=...\" of the first file is "
      "checked.\n"
      "Examples:\n"
      "  cutset check models/2pc.ded\n"
      "  cutset check models/3pc.ded --eot 8 --crashes 2 --first\n"
      "  cutset check models/2pc.ded --as-expected --junit results.xml");
}

}  // namespace cutset::cli
