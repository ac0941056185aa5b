// `cutset check`: the campaign on a protocol model, for each row of parameters.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "campaign/lineage_certificate.h"
#include "cli/check_progress.h"
#include "cli/command.h"
#include "cli/model_files.h"
#include "cli/signals.h"
#include "dedalus/parameters.h"
#include "modelcheck/check.h"
#include "modelcheck/sweep.h"
#include "report/protocol_html.h"
#include "report/protocol_json.h"
#include "report/protocol_junit.h"
#include "report/protocol_text.h"
#include "report/terminal.h"

namespace cutset::cli {

namespace {

using modelcheck::Checked;
using modelcheck::CheckOptions;

struct Options {
  std::vector<std::string> files;
  ParameterFlags parameters;
  CheckOptions check;
  bool exhaustive = false;
  uint64_t seed = 1;
  bool random = false;
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

constexpr double kSweepSeconds = 60;

CheckOptions check_options(const Options& options) {
  CheckOptions check = options.check;
  check.stop = stop_was_requested;
  check.use_symmetry = !options.no_symmetry;
  // A page has room for everything; the tables are folded there.
  check.proofs = !options.html.empty();
  check.tables = options.tables || !options.html.empty();
  check.seed = options.seed;
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

report::ProtocolTextOptions text_options(const Options& options,
                                         const GlobalOptions& global) {
  report::ProtocolTextOptions text;
  text.text = report::TextOptions::of_environment();
  text.text.color = global.color_on(STDOUT_FILENO);
  text.diagrams = !options.no_diagram;
  text.tables = options.tables;
  if (options.all) text.most_findings = SIZE_MAX;
  return text;
}

/// Of several rows: violated before stopped before vacuous before holds.
int exit_code_of(const std::vector<report::ProtocolCheck>& checks, bool as_expected) {
  if (as_expected) {
    bool undecided = false;
    for (const report::ProtocolCheck& check : checks) {
      const std::optional<bool> expected = check.as_expected();
      if (expected == false) return kExitViolated;
      undecided = undecided || !expected;
    }
    return undecided ? kExitStopped : kExitHeld;
  }
  for (const int code : {kExitViolated, kExitStopped, kExitInconclusive}) {
    if (std::any_of(checks.begin(), checks.end(), [code](const auto& check) {
          return modelcheck::exit_code_of(check.verdict) == code;
        })) {
      return code;
    }
  }
  return kExitHeld;
}

/// With --as-expected every row must say what it expects.
Status check_expectations(const std::string& file,
                          const std::vector<ParameterRow>& rows) {
  for (const ParameterRow& row : rows) {
    if (row.parameters.expect) continue;
    return Error::bad_input(
        "this row has no expect=, so --as-expected has nothing to compare with; add "
        "expect=holds, expect=violated or expect=vacuous",
        file, row.parameters.line);
  }
  return {};
}

/// Of a complete search: FILE, and the graph beside it. With several rows FILE gets the
/// row's number.
Status certify(const Options& options, bool several, Checked& checked) {
  report::ProtocolCheck& check = checked.check;
  if (options.certificate.empty()) return {};
  if (!check.complete || !checked.summary) {
    if (check.verdict != report::ProtocolVerdict::kVacuous)
      log_warning("no certificate: it needs a complete lineage-driven search");
    return {};
  }
  const std::string path = several ? fmt::format("{}.{}", options.certificate, check.row)
                                   : options.certificate;
  const campaign::FaultSpace space =
      campaign::FaultSpace::of(check.nodes, check.eot, check.eff, check.crashes);
  const campaign::CertificatePaths paths{path + ".dag", path};
  const auto written =
      campaign::certify_search(*checked.summary, space, paths, stop_was_requested);
  if (!written.ok()) return written.error();
  check.certificate = paths.certificate;
  check.verify = fmt::format("cutset verify {} {}", paths.certificate, paths.graph);
  return {};
}

/// The files that were asked for, then the answer in the exit code.
int finish(const Options& options, const GlobalOptions& global,
           const std::vector<report::ProtocolCheck>& checks, int code) {
  if (!options.html.empty()) {
    const Status written = write_file(options.html, report::protocol_html(checks));
    if (!written.ok()) return fail(written.error(), global);
  }
  if (!options.junit.empty()) {
    const Status written = write_file(options.junit, report::protocol_junit(checks));
    if (!written.ok()) return fail(written.error(), global);
  }
  if (global.json) fmt::print("{}", report::protocol_json(checks, code));
  return code;
}

void print_hint(const Options& options, const report::ProtocolTextOptions& text,
                const std::vector<report::ProtocolCheck>& checks) {
  const bool found = std::any_of(checks.begin(), checks.end(), [](const auto& check) {
    return !check.findings.empty();
  });
  if (!found) return;
  std::vector<std::string> more;
  if (!options.all) more.emplace_back("--all every counterexample in full");
  if (!options.tables) more.emplace_back("--tables every relation at each time");
  if (options.html.empty())
    more.emplace_back("--html FILE derivations and where they part");
  if (more.empty()) return;
  fmt::print("{}", report::wrapped("More: " + join(more, ", "), text.text.width, "", ""));
}

int check_rows(const Options& options, const GlobalOptions& global,
               const dedalus::Program& program, const std::vector<ParameterRow>& rows) {
  const report::ProtocolTextOptions text = text_options(options, global);
  CheckProgress progress(options.quiet, global);
  std::vector<report::ProtocolCheck> checks;
  for (const ParameterRow& row : rows) {
    progress.begin(dedalus::to_text(row.parameters));
    CheckOptions wanted = check_options(options);
    wanted.progress = [&](const modelcheck::CheckProgress& now) { progress.show(now); };
    Result<Checked> checked = modelcheck::check_model(program, row.parameters, wanted);
    if (!checked.ok()) return fail(checked.error(), global);
    checked->check.row = row.number;
    const Status certified = certify(options, rows.size() > 1, *checked);
    progress.finish();
    if (!certified.ok()) return fail(certified.error(), global);
    if (!global.json) {
      fmt::print("{}{}", checks.empty() ? "" : "\n",
                 report::protocol_text(checked->check, text));
      std::fflush(stdout);
    }
    checks.push_back(std::move(checked->check));
    if (stop_was_requested()) break;
  }
  if (!global.json) {
    if (rows.size() > 1) fmt::print("\n{}", report::protocol_table_text(checks, text));
    if (checks.size() < rows.size())
      fmt::print("stopped: {} of {} rows were checked\n", checks.size(), rows.size());
    print_hint(options, text, checks);
  }
  return finish(options, global, checks, exit_code_of(checks, options.as_expected));
}

/// A line a step, the last one in full.
int check_growth(const Options& options, const GlobalOptions& global,
                 const dedalus::Program& program, const ParameterRow& row) {
  const report::ProtocolTextOptions text = text_options(options, global);
  CheckProgress progress(options.quiet, global);
  modelcheck::SweepOptions sweep;
  sweep.check = check_options(options);
  if (!sweep.check.time_limit)
    sweep.check.time_limit = std::chrono::seconds(static_cast<int64_t>(kSweepSeconds));
  sweep.check.progress = [&](const modelcheck::CheckProgress& now) {
    progress.show(now);
  };
  if (options.parameters.eot) sweep.most_eot = static_cast<uint32_t>(row.parameters.eot);
  if (options.parameters.crashes)
    sweep.most_crashes = static_cast<uint32_t>(row.parameters.crashes);
  progress.begin("growing");
  const Result<modelcheck::Sweep> grown =
      modelcheck::check_growing(program, row.parameters, sweep);
  progress.finish();
  if (!grown.ok()) return fail(grown.error(), global);
  std::vector<report::ProtocolCheck> steps = grown->steps;
  if (!global.json) {
    fmt::print("{}", report::protocol_table_text(steps, text));
    if (!steps.empty() && !steps.back().findings.empty())
      fmt::print("\n{}", report::protocol_text(steps.back(), text));
    if (steps.empty() || steps.back().findings.empty()) {
      fmt::print("{}\n",
                 grown->complete
                     ? "nothing is violated up to the largest specification"
                     : "stopped: nothing is violated up to the last complete row");
    }
    print_hint(options, text, steps);
  }
  // The smaller specifications are steps on the way: of them only what they found counts.
  const bool found = !steps.empty() && !steps.back().findings.empty();
  return finish(options, global, steps,
                found             ? kExitViolated
                : grown->complete ? kExitHeld
                                  : kExitStopped);
}

int check(const Options& options, const GlobalOptions& global) {
  on_stop(nullptr);
  const Result<dedalus::Program> program = load_model(options.files);
  if (!program.ok()) return fail_quietly(program.error(), global);
  const Result<std::vector<ParameterRow>> rows =
      parameter_rows(options.files.front(), options.parameters);
  if (!rows.ok()) return fail(rows.error(), global);
  if (options.as_expected) {
    const Status fits = check_expectations(options.files.front(), *rows);
    if (!fits.ok()) return fail(fits.error(), global);
  }
  if (options.grow) return check_growth(options, global, *program, rows->front());
  return check_rows(options, global, *program, *rows);
}

}  // namespace

void add_check_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "check", "Find the smallest fault sets that break a protocol model");
  command->add_option("files", options->files, "Files in Dedalus that form one model")
      ->required();
  add_parameter_options(*command, options->parameters);
  command->add_flag("--first", options->check.stop_at_first,
                    "Stop at the first minimal fault set");
  CLI::Option* exhaustive = command->add_flag("--exhaustive", options->exhaustive,
                                              "Run every fault set instead (to compare)");
  CLI::Option* random =
      command
          ->add_option("--random", options->seed,
                       "Run random fault sets instead until one is violated (to compare)")
          ->type_name("SEED")
          ->excludes(exhaustive);
  command
      ->add_option("--knowledge", options->knowledge,
                   "all: derive what any run may do; lineage: learn from runs")
      ->check(CLI::IsMember({"auto", "all", "lineage"}))
      ->capture_default_str();
  command->add_flag("--no-symmetry", options->no_symmetry,
                    "Run sets that are equal up to renaming nodes, too");
  command->add_flag("--tables", options->tables,
                    "Also every relation at each time, in both runs");
  command->add_flag("--no-diagram", options->no_diagram, "No space-time diagrams");
  command->add_flag("--all", options->all, "Every counterexample in full");
  command
      ->add_option("--time-limit", options->time_limit, "Seconds for each row; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option("--max-executions", options->max_executions,
                   "Executions for each row; 0: no limit")
      ->capture_default_str();
  command
      ->add_option("--max-tuples", options->check.max_tuples, "Tuples of one execution")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}))
      ->capture_default_str();
  command->add_flag("--as-expected", options->as_expected,
                    "Exit code 0 if every row answers as its expect= says, else 1");
  command
      ->add_flag(
          "--grow", options->grow,
          "Raise EOT, EFF and crashes (up to --eot and --crashes, else 1000 and 1) "
          "until something is violated or the time is over (60 s)")
      ->excludes(exhaustive)
      ->excludes(random);
  command->add_option("--html", options->html, "Also write a page with everything");
  command->add_option("--junit", options->junit, "Also write JUnit XML, a case a row");
  command->add_option("--certificate", options->certificate,
                      "Also write the proof that nothing was left out, and its graph as "
                      "FILE.dag; cutset verify checks it");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->footer(
      "Without --eot and the like each row \"// cutset: eot=...\" of the first file is "
      "checked.\n"
      "Examples:\n"
      "  cutset check models/2pc.ded\n"
      "  cutset check models/3pc.ded --eot 8 --crashes 2 --first\n"
      "  cutset check models/*.ded --as-expected");
  command->callback([options, random, &global, &chosen] {
    options->random = random->count() > 0;
    chosen = [options, &global] { return check(*options, global); };
  });
}

}  // namespace cutset::cli
