// One run of the solver on one graph, for run.py: what it found and the CPU time of each
// phase, as one JSON object. CPU times count from the start of main().
//
//   solve_run GRAPH [--method M] [--first N] [--budget K] [--time-limit S] [--learn N]
//             [--list FILE]
//
// --first 0: all. --list writes the sets, a line each, as a user would want them.
// --learn N: after the first set, N times: a goal below it gets one more derivation that
// avoids it, and the next set is asked for.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

#include <fmt/format.h>

#include "solver/cut_search.h"
#include "solver/dag_evaluator.h"

namespace cutset::solver {
namespace {

constexpr int kUsage = 64;
constexpr int kBadInput = 65;

struct Options {
  std::string graph;
  std::string method = "auto";
  uint64_t first = 1000;
  uint32_t budget = kUnlimited;
  double time_limit = 0;
  uint64_t learn = 0;
  std::string list;
};

double process_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Where something could be learned from a run under `set`: a goal that it breaks, and a
/// derivation that it leaves alone. Requires: the graph has no conditions.
struct Lesson {
  Child goal = kTrue;
  std::vector<Child> premises;
};

Lesson lesson_from(const FaultGraph& graph, DagEvaluator& evaluator,
                   const FoundSet& set) {
  Lesson lesson;
  for (const FaultId fault : set.faults) evaluator.set_active(fault, true);
  for (GateId gate = 0; gate < graph.dag.gate_count(); ++gate) {
    const Child child = graph.dag.child_of(gate);
    if (graph.dag.is_and(gate) || evaluator.holds(child)) continue;
    lesson.goal = child;
    // Two faults of its own that the set does not take: numbers near its last fault.
    const FaultId last = set.faults.back();
    for (FaultId i = 1; i < graph.dag.fault_count() && lesson.premises.size() < 2; ++i) {
      const FaultId other = (last + i) % graph.dag.fault_count();
      if (!evaluator.is_active(other)) lesson.premises.push_back(other);
    }
    break;
  }
  evaluator.undo_to(0);
  return lesson;
}

int run(const Options& options) {
  static const std::map<std::string, Method> kMethods = {{"auto", Method::kAuto},
                                                         {"plain", Method::kPlain},
                                                         {"sat", Method::kSat},
                                                         {"diagrams", Method::kDiagrams}};
  const auto method = kMethods.find(options.method);
  if (method == kMethods.end()) return kUsage;
  const double begin = process_seconds();
  const Result<FaultGraph> graph = read_fault_graph(options.graph);
  if (!graph.ok()) {
    fmt::print(stderr, "{}\n", graph.error().text());
    return kBadInput;
  }
  const double read = process_seconds();
  SearchOptions search_options;
  search_options.method = method->second;
  search_options.budget.total = options.budget;
  search_options.wanted = options.first;
  search_options.time_limit =
      std::chrono::milliseconds(static_cast<int64_t>(options.time_limit * 1000));
  CutSearch search(*graph, search_options);
  double first = 0;
  std::map<size_t, uint64_t> sizes;
  uint64_t found = 0;
  std::optional<FoundSet> last;
  std::FILE* list =
      options.list.empty() ? nullptr : std::fopen(options.list.c_str(), "w");
  while (options.first == 0 || found < options.first) {
    std::optional<FoundSet> set = search.next();
    if (!set) break;
    if (found++ == 0) first = process_seconds();
    ++sizes[set->faults.size()];
    if (list != nullptr) {
      fmt::memory_buffer line;
      for (const FaultId fault : set->faults)
        fmt::format_to(std::back_inserter(line), "{} ", graph->faults.describe(fault));
      line.push_back('\n');
      std::fwrite(line.data(), 1, line.size(), list);
    }
    last = std::move(set);
  }
  if (list != nullptr) std::fclose(list);
  const double solved = process_seconds();
  std::string lessons;
  if (options.learn > 0 && last) {
    const Parents parents(graph->dag);
    DagEvaluator evaluator(graph->dag, parents);
    for (uint64_t i = 0; i < options.learn && last; ++i) {
      const Lesson lesson = lesson_from(*graph, evaluator, *last);
      if (lesson.premises.empty()) break;
      const double before = process_seconds();
      search.learn(lesson.goal, lesson.premises);
      last = search.next();
      lessons += fmt::format("{}{:.6f}", i == 0 ? "" : ",", process_seconds() - before);
    }
  }
  std::string by_size;
  for (const auto& [size, sets] : sizes)
    by_size += fmt::format("{}\"{}\":{}", by_size.empty() ? "" : ",", size, sets);
  std::string passes;
  for (const PassStats& pass : search.stats().passes)
    passes += fmt::format("{}[\"{}\",{},{},{:.6f}]", passes.empty() ? "" : ",", pass.name,
                          pass.faults, pass.gates, pass.cpu_seconds);
  const char* ending = search.ending() == Ending::kComplete  ? "complete"
                       : search.ending() == Ending::kStopped ? "stopped"
                                                             : "more";
  fmt::print(
      "{{\"nodes\":{},\"faults\":{},\"read\":{:.6f},\"first\":{:.6f},\"solved\":{:.6f},"
      "\"sets\":{},\"by_size\":{{{}}},\"ending\":\"{}\",\"lessons\":[{}],\"passes\":[{}],"
      "\"known\":{}}}"
      "\n",
      graph->nodes_read, graph->faults.size(), read - begin,
      found > 0 ? first - begin : 0.0, solved - begin, found, by_size, ending, lessons,
      passes, graph->known.empty() ? "{}" : graph->known);
  return 0;
}

}  // namespace
}  // namespace cutset::solver

int main(int argc, char** argv) {
  cutset::solver::Options options;
  for (int i = 1; i < argc; ++i) {
    const auto is = [&](const char* name) {
      return std::strcmp(argv[i], name) == 0 && i + 1 < argc;
    };
    if (is("--method")) {
      options.method = argv[++i];
    } else if (is("--first")) {
      options.first = std::stoull(argv[++i]);
    } else if (is("--budget")) {
      options.budget = static_cast<uint32_t>(std::stoul(argv[++i]));
    } else if (is("--time-limit")) {
      options.time_limit = std::stod(argv[++i]);
    } else if (is("--list")) {
      options.list = argv[++i];
    } else if (is("--learn")) {
      options.learn = std::stoull(argv[++i]);
    } else {
      options.graph = argv[i];
    }
  }
  return cutset::solver::run(options);
}
