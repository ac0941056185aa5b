// `cutset diff GOOD BAD`: what a bad trace lacks against good ones, where it began first
// (differential provenance).
#include <cstdio>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "cli/trace_loading.h"
#include "cli/trace_options.h"
#include "lineage/execution_difference.h"
#include "lineage/trace_executions.h"
#include "report/difference_json.h"
#include "report/difference_text.h"

namespace cutset::cli {

namespace {

struct DiffOptions {
  std::string good;
  std::string bad;
  std::string trace;
  TraceOptions spans;
  size_t most_good = 1000;
  size_t most_bad = 20;
};

struct Executions {
  std::vector<lineage::Execution> executions;
  int64_t left_out = 0;  // beyond `most`
};

/// At most `most` of the executions of a file or folder, of the one trace if it is named.
Result<Executions> executions_of(const std::string& path, const std::string& trace,
                                 size_t most, const DiffOptions& options) {
  CUTSET_ASSIGN(const lineage::ExecutionOptions rules, execution_options(options.spans));
  lineage::SpanCollection::Limits limits;
  CUTSET_ASSIGN(limits.most_bytes, parse_bytes(options.spans.memory, "--memory"));
  lineage::SpanCollection spans(limits);
  CUTSET_ASSIGN(const LoadedTraces loaded,
                load_traces({path}, JaegerOptions(), !options.spans.quiet, spans));
  for (const report::AnalysedFile& file : loaded.files) {
    if (!file.refused.empty()) log_error("{}", file.refused);
  }
  Executions result;
  CUTSET_ASSIGN(
      const lineage::TraceTotals totals,
      lineage::for_each_execution(
          spans, rules, [&](lineage::Execution execution, int64_t) -> Status {
            if (stop_was_requested()) {
              return Error::interrupted("stopped before all traces were read");
            }
            if (!trace.empty() && execution.run.find(trace) == std::string::npos) {
              return {};
            }
            if (result.executions.size() == most) {
              ++result.left_out;
              return {};
            }
            result.executions.push_back(std::move(execution));
            return {};
          }));
  if (totals.raw.spans == 0) {
    return Error::bad_input("has no spans: expected a trace file or a folder of them",
                            path);
  }
  if (result.executions.empty()) {
    return Error::bad_input(
        fmt::format("no trace with the id {}: expected one of the {} in it", trace,
                    totals.raw.traces),
        path);
  }
  return result;
}

int diff(const DiffOptions& options, const GlobalOptions& global) {
  on_stop(nullptr);
  const Result<Executions> good =
      executions_of(options.good, "", options.most_good, options);
  if (!good.ok()) return fail(good.error(), global);
  const Result<Executions> bad =
      executions_of(options.bad, options.trace, options.most_bad, options);
  if (!bad.ok()) return fail(bad.error(), global);
  if (bad->left_out > 0) {
    log_warning(
        "{}: {} more traces are left out; --trace ID names one, --most-bad takes "
        "more",
        options.bad, bad->left_out);
  }
  const std::vector<lineage::ExecutionDifference> found =
      lineage::differences(good->executions, bad->executions);
  const std::string text =
      global.json ? report::difference_json(found)
                  : report::difference_text(found, global.color_on(STDOUT_FILENO));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitHeld;
}

}  // namespace

void add_diff_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand(
      "diff", "Show what a bad trace lacks against good ones, where it began first");
  command
      ->add_option("good", options->good, "Trace file or folder of runs that went well")
      ->required();
  command->add_option("bad", options->bad, "Trace file or folder of the bad run")
      ->required();
  command->add_option(
      "--trace", options->trace,
      "The id of the bad trace, or a part of it, where there are several");
  command->add_option("--most-good", options->most_good, "Good traces that are used")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_option("--most-bad", options->most_bad, "Bad traces that are shown")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_trace_options(*command, options->spans);
  command->footer("Example: cutset diff yesterday.json incident.json --trace 383acc79");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return diff(*options, global); };
  });
}

}  // namespace cutset::cli
