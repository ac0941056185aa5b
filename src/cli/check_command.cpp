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
#include "cli/check_flags.h"
#include "cli/check_progress.h"
#include "cli/command.h"
#include "cli/model_files.h"
#include "cli/signals.h"
#include "dedalus/language/parameters.h"
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

constexpr double kSweepSeconds = 60;

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
Status certify(const CheckFlags& options, bool several, Checked& checked) {
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
int finish(const CheckFlags& options, const GlobalOptions& global,
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

void print_hint(const CheckFlags& options, const report::ProtocolTextOptions& text,
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

int check_rows(const CheckFlags& options, const GlobalOptions& global,
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
int check_growth(const CheckFlags& options, const GlobalOptions& global,
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

int check(const CheckFlags& options, const GlobalOptions& global) {
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
  auto options = std::make_shared<CheckFlags>();
  CLI::App* command = app.add_subcommand(
      "check", "Find the smallest fault sets that break a protocol model");
  add_check_options(*command, *options);
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return check(*options, global); };
  });
}

}  // namespace cutset::cli
