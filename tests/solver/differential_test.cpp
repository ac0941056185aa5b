// All methods against brute force over random small graphs, with and without conditions,
// budgets, both back-ends. CUTSET_REPLAY=FILE runs one graph only.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "small_graph.h"
#include <gtest/gtest.h>

#include "solver/cut_search.h"

namespace cutset::solver {
namespace {

using testing::FaultBits;
using testing::SmallGraph;

struct Way {
  const char* name;
  Method method;
  Backend backend;
  bool together = false;  // nearly all conjuncts are
  Order order = Order::kWeight;
};
const Way kWays[] = {
    {"auto", Method::kAuto, Backend::kCadical},
    {"auto, together", Method::kAuto, Backend::kCadical, true},
    {"SAT, together", Method::kSat, Backend::kCadical, true},
    {"plain", Method::kPlain, Backend::kCadical},
    {"plain, MiniSat", Method::kPlain, Backend::kMinisat},
    {"SAT", Method::kSat, Backend::kCadical},
    {"SAT, MiniSat", Method::kSat, Backend::kMinisat},
    {"diagrams", Method::kDiagrams, Backend::kCadical},
    {"brute force", Method::kBruteForce, Backend::kCadical},
    {"likeliest fault", Method::kAuto, Backend::kCadical, true, Order::kLikeliestFault},
    {"likeliest fault, MiniSat", Method::kAuto, Backend::kMinisat, true,
     Order::kLikeliestFault}};

/// A set as Order::kLikeliestFault compares it: its faults, likeliest first.
using RankedFaults = std::vector<std::pair<int, FaultId>>;
RankedFaults ranked(const SmallGraph& graph, const std::vector<FaultId>& faults) {
  RankedFaults result;
  for (const FaultId fault : faults)
    result.emplace_back(graph.faults[fault].weight, fault);
  std::sort(result.begin(), result.end());
  return result;
}

struct Limits {
  uint32_t total = kUnlimited;
  int crash = -1;  // -1: no limit
};

bool within(const SmallGraph& graph, const Limits& limits, FaultBits active) {
  int crashes = 0;
  for (size_t i = 0; i < graph.faults.size(); ++i) {
    if ((active >> i & 1) != 0 && graph.faults[i].kind == "crash") ++crashes;
  }
  return static_cast<uint32_t>(std::popcount(active)) <= limits.total &&
         (limits.crash < 0 || crashes <= limits.crash);
}

/// "" or what is wrong.
std::string difference(const SmallGraph& graph, const Limits& limits, const Way& way) {
  const Result<FaultGraph> read = parse_fault_graph(graph.text(), "random");
  if (!read.ok()) return read.error().text();
  read->dag.check_invariants();
  SearchOptions options;
  options.method = way.method;
  options.backend = way.backend;
  options.order = way.order;
  if (way.together) options.conjuncts = {.largest_cone = 3, .kernel_gain = 0};
  options.budget.total = limits.total;
  const std::vector<std::string>& kinds = read->faults.kinds();
  if (limits.crash >= 0 &&
      std::find(kinds.begin(), kinds.end(), "crash") != kinds.end()) {
    options.budget.kinds = {{"crash", static_cast<uint32_t>(limits.crash)}};
  }
  CutSearch search(*read, options);
  if (const Status fits = search.check(); !fits.ok()) return fits.error().text();
  const std::set<FaultBits> expected = testing::minimal_cut_sets(
      graph, [&](FaultBits active) { return within(graph, limits, active); });
  std::set<FaultBits> found;
  size_t size = 0;
  int64_t last_weight = INT64_MIN;
  RankedFaults last_ranked;
  // Of several conjuncts one gives all its sets of a size before the next.
  const Dag& dag = read->dag;
  const bool one_conjunct =
      !dag.is_gate(dag.root()) || !dag.is_and(dag.gate_of(dag.root()));
  while (const std::optional<FoundSet> set = search.next()) {
    FaultBits bits = 0;
    int64_t weight = 0;
    for (const FaultId fault : set->faults) {
      bits |= FaultBits{1} << fault;
      weight += graph.faults[fault].weight;
    }
    if (set->weight != weight) return "a wrong weight";
    if (set->faults.size() < size) return "a smaller set after a larger one";
    // What is solved together comes last in its size, in an order of its own.
    if (set->faults.size() == size && weight < last_weight && !way.together) {
      return "not in order of weight";
    }
    RankedFaults here = ranked(graph, set->faults);
    if (way.order == Order::kLikeliestFault && one_conjunct &&
        set->faults.size() == size && here < last_ranked) {
      return "not in order of the likeliest fault";
    }
    last_ranked = std::move(here);
    size = set->faults.size();
    last_weight = weight;
    if (!found.insert(bits).second) return "a set twice";
    if (expected.count(bits) == 0) {
      std::ostringstream text;
      text << "not a minimal cut set: " << bits;
      return text.str();
    }
  }
  if (search.ending() != Ending::kComplete) return "no end";
  if (found.size() != expected.size()) return "sets are missing";
  const SetCount count = search.count();
  if (count.at_least || count.sets != expected.size()) return "a wrong count";
  return "";
}

void compare(const SmallGraph& graph, const Limits& limits, const std::string& seed) {
  for (const Way& way : kWays) {
    const std::string wrong = difference(graph, limits, way);
    if (wrong.empty()) continue;
    const SmallGraph small = testing::shrunk(graph, [&](const SmallGraph& tried) {
      return !difference(tried, limits, way).empty();
    });
    ADD_FAILURE() << way.name << ", " << seed << ", budget " << limits.total
                  << ", crashes " << limits.crash << ": "
                  << difference(small, limits, way) << "\n"
                  << testing::written_for_replay(small, "differential-failure.dag");
    return;
  }
}

void compare_random(const testing::Shape& shape, uint64_t first_seed, int rounds) {
  if (std::getenv("CUTSET_REPLAY") != nullptr) GTEST_SKIP() << "one graph is replayed";
  for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(round);
    std::mt19937_64 random(seed);
    const SmallGraph graph = testing::random_graph(random, shape);
    Limits limits;
    if (random() % 2 == 0) limits.total = static_cast<uint32_t>(random() % 5);
    if (random() % 3 == 0) limits.crash = static_cast<int>(random() % 3);
    compare(graph, limits, "seed " + std::to_string(seed));
  }
}

TEST(Differential, MonotoneGraphs) {
  compare_random({}, 1, 3000);
}

TEST(Differential, GraphsWithConditions) {
  testing::Shape shape;
  shape.conditions_percent = 25;
  compare_random(shape, 100'000, 3000);
}

TEST(Differential, FewConditionsBelowWideRoots) {
  testing::Shape shape;
  shape.conditions_percent = 5;
  shape.wide_root_percent = 100;
  shape.most_gates = 24;
  compare_random(shape, 200'000, 1500);
}

TEST(Differential, Replay) {
  const char* file = std::getenv("CUTSET_REPLAY");
  if (file == nullptr) GTEST_SKIP() << "not run: CUTSET_REPLAY names no file";
  std::ifstream input(file);
  std::ostringstream text;
  text << input.rdbuf();
  compare(SmallGraph::parse(text.str()), {}, "replayed");
}

}  // namespace
}  // namespace cutset::solver
