// `cutset analyze`: what the requests in trace files depended on, and which smallest
// fault sets would cut them. Runs nothing.
#include <cstdio>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/analyze_messages.h"
#include "cli/command.h"
#include "cli/graph_files.h"
#include "cli/schedule_files.h"
#include "cli/signals.h"
#include "cli/trace_loading.h"
#include "cli/trace_options.h"
#include "lineage/trace_executions.h"
#include "report/analysis_builder.h"
#include "report/analysis_html.h"
#include "report/analysis_json.h"
#include "report/analysis_text.h"

namespace cutset::cli {

namespace {

struct AnalyzeOptions {
  std::vector<std::string> traces;
  TraceOptions spans;
  JaegerOptions jaeger;
  size_t largest = 3;
  size_t first = 20;
  bool all = false;
  bool passes = false;
  std::string html;
  std::string schedules;
  std::string graphs;
  MessagesOptions messages;
};

struct Analysed {
  report::Analysis analysis;
  report::BuiltAnalysis built;  // its classes have moved to `analysis`
  bool named_file_refused = false;
};

Result<Analysed> analyse(const AnalyzeOptions& options) {
  CUTSET_ASSIGN(const lineage::ExecutionOptions execution_rules,
                execution_options(options.spans));
  lineage::SpanCollection::Limits limits;
  CUTSET_ASSIGN(limits.most_bytes, parse_bytes(options.spans.memory, "--memory"));
  lineage::SpanCollection spans(limits);
  CUTSET_ASSIGN(LoadedTraces loaded,
                load_traces(options.traces, options.jaeger, !options.spans.quiet, spans));
  lineage::RequestClasses classes;
  CUTSET_ASSIGN(const lineage::TraceTotals totals,
                lineage::for_each_execution(
                    spans, execution_rules,
                    [&classes](const lineage::Execution& execution, int64_t) -> Status {
                      if (stop_was_requested()) {
                        return Error::interrupted("stopped before all traces were used");
                      }
                      classes.add(execution);
                      return {};
                    },
                    loaded.cut_off));
  report::AnalysisOptions wanted;
  wanted.largest_cut = options.largest;
  wanted.most_cuts = options.first;
  wanted.stop = stop_was_requested;
  report::BuiltAnalysis built = report::build_analysis(classes, wanted);
  if (stop_was_requested()) return Error::interrupted("stopped before it was finished");
  Analysed result;
  result.analysis.files = std::move(loaded.files);
  result.analysis.raw = totals.raw;
  result.analysis.model = totals.model;
  result.analysis.classes = std::move(built.classes);
  result.analysis.unused = std::move(built.unused);
  if (totals.model.clashes > 0) {
    result.analysis.unused.push_back(fmt::format(
        "{} with the id of another span of the same trace and service, but another name "
        "or start: counted as one span. Are these files of different systems or runs "
        "that use the same ids? Then analyze them one by one",
        totals.model.clashes == 1 ? "1 span"
                                  : fmt::format("{} spans", totals.model.clashes)));
  }
  result.built = std::move(built);
  result.named_file_refused = loaded.named_file_refused;
  return result;
}

/// Nothing to show: the reasons are the answer.
Status check_anything_read(const report::Analysis& analysis) {
  if (analysis.raw.spans > 0) return {};
  std::vector<std::string> refused;
  for (const report::AnalysedFile& file : analysis.files) {
    if (!file.refused.empty()) refused.push_back(file.refused);
  }
  if (refused.empty()) {
    return Error::bad_input(
        "no spans in what was given: expected trace files (docs/formats.md lists what "
        "is read)");
  }
  if (refused.size() == 1) return Error::bad_input(refused.front());
  for (const std::string& reason : refused) log_error("{}", reason);
  return Error::bad_input(
      fmt::format("nothing could be read: {} files were refused, the first: {}",
                  refused.size(), refused.front()));
}

Status write_files(const AnalyzeOptions& options, Analysed& analysed) {
  if (!options.schedules.empty()) {
    CUTSET_TRY(write_schedules(options.schedules, analysed.analysis));
  }
  if (!options.graphs.empty()) {
    CUTSET_TRY(write_graphs(options.graphs, analysed.analysis, analysed.built));
  }
  if (!options.html.empty()) {
    CUTSET_TRY(write_file(options.html, report::analysis_html(analysed.analysis)));
  }
  return {};
}

int analyze(const AnalyzeOptions& options, const GlobalOptions& global) {
  if (!options.messages.file.empty()) {
    MessagesOptions messages = options.messages;
    messages.html = options.html;
    return analyze_messages(messages, global);
  }
  if (options.traces.empty() && options.jaeger.address.empty()) {
    return fail(Error::usage("analyze: expected trace files or folders, \"-\" for "
                             "standard input, --jaeger HOST:PORT --service NAME, or "
                             "--messages FILE"),
                global);
  }
  on_stop(nullptr);
  Result<Analysed> analysed = analyse(options);
  if (!analysed.ok()) return fail(analysed.error(), global);
  if (const Status read = check_anything_read(analysed->analysis); !read.ok()) {
    return fail(read.error(), global);
  }
  if (const Status written = write_files(options, *analysed); !written.ok()) {
    return fail(written.error(), global);
  }
  std::string text;
  if (global.json) {
    text = report::analysis_json(analysed->analysis);
  } else {
    report::TextOptions how = report::TextOptions::of_environment();
    how.color = global.color_on(STDOUT_FILENO);
    how.all = options.all;
    how.passes = options.passes;
    text = report::analysis_text(analysed->analysis, how);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!analysed->named_file_refused) return kExitHeld;
  for (const report::AnalysedFile& file : analysed->analysis.files) {
    if (!file.refused.empty()) log_error("{}", file.refused);
  }
  return kExitBadInput;
}

}  // namespace

void add_analyze_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* command = app.add_subcommand(
      "analyze",
      "Show what the requests in trace files depended on and what would break them");
  CLI::Option* traces = command->add_option(
      "traces", options->traces,
      "Trace files and folders of any format that cutset reads, plain, "
      "gzip or zstd; \"-\": standard input");
  CLI::Option* jaeger =
      command->add_option("--jaeger", options->jaeger.address,
                          "HOST:PORT of a Jaeger query service (gRPC, usually 16685)");
  command
      ->add_option("--service", options->jaeger.service,
                   "--jaeger: traces in which this service took part")
      ->needs(jaeger);
  command
      ->add_option("--operation", options->jaeger.operation,
                   "--jaeger: and this operation of it")
      ->needs(jaeger);
  command->add_option("--since", options->jaeger.since, "--jaeger: how far back")
      ->needs(jaeger)
      ->capture_default_str();
  command
      ->add_option("--most-traces", options->jaeger.most_traces,
                   "--jaeger: at most these")
      ->needs(jaeger)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  CLI::Option* messages =
      command
          ->add_option("--messages", options->messages.file,
                       "Instead of traces a recording of messages between nodes "
                       "(cutset-messages/1): links, roles, how writes fared")
          ->check(CLI::ExistingFile)
          ->excludes(traces)
          ->excludes(jaeger);
  command
      ->add_option("--write", options->messages.write,
                   "--messages: tell this write in full, and draw it")
      ->needs(messages);
  add_trace_options(*command, options->spans);
  command->add_option("--largest", options->largest, "Most calls that fail together")
      ->check(CLI::Range(1, 10))
      ->capture_default_str();
  command->add_option("--first", options->first, "Combinations given for each class")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_flag("--all", options->all, "Show every class and call in full");
  command->add_flag("--passes", options->passes,
                    "Show how each simplification changed the derivation graph");
  command->add_option("--html", options->html, "Write the page to this file");
  command->add_option("--schedules", options->schedules,
                      "Write an FDSL schedule for each combination into this folder");
  command->add_option("--graphs", options->graphs,
                      "Write each class's derivation graph into this folder: "
                      "cutset-dag/1 (text and JSON), DOT, PROV-JSON");
  command->footer(
      "Examples:\n"
      "  cutset analyze traces/bookshop/otlp.jsonl.zst\n"
      "  cutset analyze exported-from-jaeger.json --html page.html --schedules try/\n"
      "  cutset analyze --jaeger localhost:16685 --service frontend --since 15m\n"
      "  cutset analyze --messages traces/messages/redis-isolate.json --html page.html");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return analyze(*options, global); };
  });
}

}  // namespace cutset::cli
