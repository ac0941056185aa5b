// How fast trace files become linked spans, and in how much memory.
//
//   benchmark_ingest SAMPLE.json[.gz] [--rounds N] [--script link_parents.py]
//     Jaeger JSON of 20 MB, made of the sample with new ids: our file to linked trees,
//     one thread, against simdjson that only builds its own tree of the same bytes in
//     memory, and against a Python script. All three in every round; medians over the
//     rounds.
//   benchmark_ingest SAMPLE.json[.gz] --spans 10000000
//     So many spans in packed JSON lines, every trace spread over all files, read with
//     the default bound on memory, and every trace linked. In a process of its own.
//
// Exit code 1: a goal is missed (0.40 of simdjson's rate, 15 times the script's; 2 GiB).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "sample.h"
#include <fmt/core.h>
#include <simdjson.h>

#include "lineage/formats/trace_reader.h"
#include "lineage/span_collection.h"
#include "lineage/trace_files.h"
#include "lineage/trace_tree.h"

namespace {

namespace fs = std::filesystem;
namespace lineage = cutset::lineage;
using Clock = std::chrono::steady_clock;
using cutset::Status;

constexpr double kTreeGoal = 0.40;
constexpr double kScriptGoal = 15;
constexpr uint64_t kMemoryGoalKiB = uint64_t{2} << 20;
constexpr size_t kDocumentBytes = size_t{20} << 20;
constexpr int kFiles = 16;

struct Options {
  std::string sample;
  std::string script = CUTSET_LINK_SCRIPT;
  int rounds = 9;
  uint64_t spans = 0;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

std::string load_average() {
  std::ifstream file("/proc/loadavg");
  std::string text;
  std::getline(file, text);
  return text.substr(0, text.find(' '));
}

/// "VmHWM" and the like, in KiB.
uint64_t process_memory(const std::string& field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, field.size() + 1, field + ":") == 0)
      return std::strtoull(line.c_str() + field.size() + 1, nullptr, 10);
  }
  return 0;
}

struct TemporaryFolder {
  TemporaryFolder() {
    std::string pattern =
        (fs::temp_directory_path() / "cutset-benchmark-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

int fail(const cutset::Error& error) {
  fmt::print(stderr, "{}\n", error.text());
  return 1;
}

struct Linked {
  uint64_t traces = 0;
  uint64_t spans = 0;
  size_t bytes = 0;  // of the collection
};

cutset::Result<Linked> link_all(lineage::SpanCollection& spans) {
  Linked linked;
  linked.bytes = spans.bytes();
  CUTSET_TRY(spans.for_each_trace([&linked](const lineage::SpanTable& table,
                                            std::span<const uint32_t> trace) -> Status {
    ++linked.traces;
    linked.spans += lineage::link_spans(table, trace).spans.size();
    return {};
  }));
  return linked;
}

cutset::Result<Linked> file_to_trees(const std::string& path) {
  CUTSET_ASSIGN(const auto input, lineage::TraceInput::open(path));
  CUTSET_ASSIGN(const lineage::TraceReader* reader, lineage::recognise_trace(*input));
  lineage::SpanCollection spans;
  CUTSET_TRY(reader->read(*input, spans));
  return link_all(spans);
}

/// The script prints its own seconds and the number of spans.
double script_seconds(const Options& options, const std::string& path, uint64_t spans) {
  const std::string command = fmt::format("python3 '{}' '{}'", options.script, path);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                       ::pclose);
  double seconds = 0;
  unsigned long long linked = 0;
  if (pipe == nullptr || std::fscanf(pipe.get(), "%lf %llu", &seconds, &linked) != 2 ||
      linked != spans) {
    fmt::print(stderr, "the script failed: {}\n", command);
    std::exit(1);
  }
  return seconds;
}

void print_rate(std::string_view what, double seconds, size_t bytes, uint64_t spans) {
  fmt::print("{:<46} {:8.1f} ms {:8.0f} MB/s {:8.2f} M spans/s\n", what, seconds * 1e3,
             static_cast<double>(bytes) / seconds / 1e6,
             static_cast<double>(spans) / seconds / 1e6);
}

int compare_rates(const Options& options) {
  const auto sample = cutset::benchmark::load(options.sample);
  if (!sample.ok()) return fail(sample.error());
  const auto document = cutset::benchmark::repeat_jaeger(*sample, kDocumentBytes);
  if (!document.ok()) return fail(document.error());
  const TemporaryFolder folder;
  const std::string path = folder.path + "/traces.json";
  std::ofstream(path) << *document;
  const simdjson::padded_string padded(*document);
  simdjson::dom::parser parser;
  const double cold_begin = [&] {
    const auto begin = Clock::now();
    if (parser.parse(padded).error() != simdjson::SUCCESS) std::abort();
    return seconds_since(begin);
  }();
  std::vector<double> tree;
  std::vector<double> ours;
  std::vector<double> script;
  Linked linked;
  for (int round = 0; round < options.rounds; ++round) {
    auto begin = Clock::now();
    if (parser.parse(padded).error() != simdjson::SUCCESS) std::abort();
    tree.push_back(seconds_since(begin));
    begin = Clock::now();
    const auto result = file_to_trees(path);
    if (!result.ok()) return fail(result.error());
    ours.push_back(seconds_since(begin));
    linked = *result;
    script.push_back(script_seconds(options, path, linked.spans));
  }
  const double tree_ratio = median(tree) / median(ours);
  const double script_ratio = median(script) / median(ours);
  fmt::print("{:.1f} MB, {} traces, {} spans; {} rounds, medians; load {}\n",
             static_cast<double>(padded.size()) / 1e6, linked.traces, linked.spans,
             options.rounds, load_average());
  print_rate("simdjson, bytes in memory to its tree", median(tree), padded.size(),
             linked.spans);
  print_rate("  the first time, with cold memory", cold_begin, padded.size(),
             linked.spans);
  print_rate("cutset, file to linked traces", median(ours), padded.size(), linked.spans);
  print_rate("Python, file to linked spans", median(script), padded.size(), linked.spans);
  fmt::print("memory                                         {:8.0f} bytes a span\n",
             static_cast<double>(linked.bytes) / static_cast<double>(linked.spans));
  const bool fast = tree_ratio >= kTreeGoal && script_ratio >= kScriptGoal;
  fmt::print(
      "ratio to simdjson {:.2f} (goal {:.2f}), to the script {:.1f} (goal {:.0f}): {}\n",
      tree_ratio, kTreeGoal, script_ratio, kScriptGoal, fast ? "ok" : "MISSED");
  return fast ? 0 : 1;
}

int read_many(const Options& options) {
  lineage::SpanTable sample;
  const auto loaded = lineage::read_trace_files({options.sample}, sample, {});
  if (!loaded.ok()) return fail(loaded.error());
  if (sample.spans().empty()) return fail(cutset::Error::bad_input("no spans"));
  const uint64_t copies =
      (options.spans + sample.spans().size() - 1) / sample.spans().size();
  const TemporaryFolder folder;
  auto begin = Clock::now();
  const auto written =
      cutset::benchmark::write_spread_lines(sample, copies, folder.path, kFiles);
  if (!written.ok()) return fail(written.error());
  fmt::print("{} spans in {} files, {:.2f} GB unpacked, written in {:.0f} s; load {}\n",
             copies * sample.spans().size(), kFiles, static_cast<double>(*written) / 1e9,
             seconds_since(begin), load_average());
  begin = Clock::now();
  lineage::SpanCollection spans;
  const auto files = lineage::read_trace_files({folder.path}, spans, {});
  if (!files.ok()) return fail(files.error());
  for (const lineage::TraceFile& file : *files) {
    if (file.refused.has_value()) return fail(*file.refused);
  }
  const double reading = seconds_since(begin);
  const uint64_t held = process_memory("VmHWM");
  const auto linked = link_all(spans);
  if (!linked.ok()) return fail(linked.error());
  const double all = seconds_since(begin);
  const uint64_t most = process_memory("VmHWM");
  fmt::print(
      "read in {:.1f} s ({:.2f} M spans/s, {} MiB at most), linked in {:.1f} s: {} "
      "traces, {} spans, {:.2f} GB on disk\n",
      reading, static_cast<double>(linked->spans) / reading / 1e6, held >> 10U,
      all - reading, linked->traces, linked->spans,
      static_cast<double>(spans.spilled_bytes()) / 1e9);
  const bool whole = linked->spans == copies * sample.spans().size();
  const bool small = most <= kMemoryGoalKiB;
  fmt::print("most memory {} MiB (goal {} MiB): {}{}\n", most >> 10U,
             kMemoryGoalKiB >> 10U, small ? "ok" : "MISSED",
             whole ? "" : "; SPANS ARE MISSING");
  return small && whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--rounds") {
      options.rounds = std::max(1, std::atoi(value));
      ++i;
    } else if (argument == "--spans") {
      options.spans = std::strtoull(value, nullptr, 10);
      ++i;
    } else if (argument == "--script") {
      options.script = value;
      ++i;
    } else {
      options.sample = argument;
    }
  }
  if (options.sample.empty()) {
    fmt::print(stderr,
               "usage: benchmark_ingest SAMPLE.json[.gz] [--rounds N] [--spans N]\n");
    return 64;
  }
  return options.spans > 0 ? read_many(options) : compare_rates(options);
}
