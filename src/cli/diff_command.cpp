// `cutset diff GOOD BAD`: what a bad trace lacks against good ones, where it began first
// (differential provenance).
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
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

/// The spans of a file or folder. Returns LoadedTraces::cut_off.
Result<std::vector<lineage::TraceId>> load(const std::string& path,
                                           const DiffOptions& options,
                                           lineage::SpanCollection& spans) {
  CUTSET_ASSIGN(const LoadedTraces loaded,
                load_traces({path}, JaegerOptions(), !options.spans.quiet, spans));
  std::vector<std::string> reasons;
  for (const report::AnalysedFile& file : loaded.files) {
    if (!file.refused.empty()) reasons.push_back(file.refused);
  }
  if (spans.spans() > 0) {
    for (const std::string& reason : reasons) log_error("{}", reason);
    return loaded.cut_off;
  }
  constexpr size_t kMostReasons = 5;
  const size_t left_out = reasons.size() - std::min(reasons.size(), kMostReasons);
  reasons.resize(reasons.size() - left_out);
  if (left_out > 0) reasons.push_back(fmt::format("{} more were refused", left_out));
  return Error::bad_input(
      fmt::format("has no spans: expected a trace file or a folder of them{}{}",
                  reasons.empty() ? "" : "; ", join(reasons, "; ")),
      path);
}

/// At most `most` of the executions in `spans`, of the one trace if it is named.
Result<Executions> executions_of(const std::string& path, lineage::SpanCollection& spans,
                                 const lineage::ExecutionOptions& rules,
                                 const std::vector<lineage::TraceId>& cut_off,
                                 const std::string& trace, size_t most) {
  Executions result;
  CUTSET_ASSIGN(
      const lineage::TraceTotals totals,
      lineage::for_each_execution(
          spans, rules,
          [&](lineage::Execution execution, int64_t) -> Status {
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
          },
          cut_off));
  if (result.executions.empty()) {
    return Error::bad_input(
        fmt::format("no trace with the id {}: expected one of the {} in it", trace,
                    totals.raw.traces),
        path);
  }
  return result;
}

struct Sides {
  Executions good;
  Executions bad;
};

Result<Sides> read_sides(const DiffOptions& options) {
  CUTSET_ASSIGN(const lineage::ExecutionOptions said, execution_options(options.spans));
  lineage::SpanCollection::Limits limits;
  CUTSET_ASSIGN(const uint64_t memory, parse_bytes(options.spans.memory, "--memory"));
  limits.most_bytes = memory / 2 + 1;  // both sides are held at once
  lineage::SpanCollection good(limits);
  lineage::SpanCollection bad(limits);
  CUTSET_ASSIGN(const std::vector<lineage::TraceId> good_cut_off,
                load(options.good, options, good));
  CUTSET_ASSIGN(const std::vector<lineage::TraceId> bad_cut_off,
                load(options.bad, options, bad));
  // A service that is down all the time on one side is only an address there; the other
  // side knows who it is. What the user said comes first, then what a side itself shows.
  const std::map<std::string, std::string> at_good = good.addresses();
  const std::map<std::string, std::string> at_bad = bad.addresses();
  lineage::ExecutionOptions rules = said;
  rules.addresses.insert(at_good.begin(), at_good.end());
  rules.addresses.insert(at_bad.begin(), at_bad.end());
  Sides sides;
  CUTSET_ASSIGN(sides.good, executions_of(options.good, good, rules, good_cut_off, "",
                                          options.most_good));
  rules.addresses = said.addresses;
  rules.addresses.insert(at_bad.begin(), at_bad.end());
  rules.addresses.insert(at_good.begin(), at_good.end());
  CUTSET_ASSIGN(sides.bad, executions_of(options.bad, bad, rules, bad_cut_off,
                                         options.trace, options.most_bad));
  return sides;
}

int diff(const DiffOptions& options, const GlobalOptions& global) {
  on_stop(nullptr);
  const Result<Sides> sides = read_sides(options);
  if (!sides.ok()) return fail(sides.error(), global);
  if (sides->bad.left_out > 0) {
    log_warning(
        "{}: {} more traces are left out; --trace ID names one, --most-bad takes "
        "more",
        options.bad, sides->bad.left_out);
  }
  const std::vector<lineage::ExecutionDifference> found =
      lineage::differences(sides->good.executions, sides->bad.executions);
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
