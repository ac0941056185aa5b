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
  std::vector<uint64_t> by_size;
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
    by_size.resize(size + 1, 0);
    ++by_size[size];
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
  if (count.by_size != by_size) return "a wrong count of a size";
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

/// Graphs side by side below one root: conjuncts that share no fault, some of them equal.
SmallGraph side_by_side(const std::vector<SmallGraph>& parts) {
  SmallGraph result;
  int faults = 0;
  for (const SmallGraph& part : parts) faults += static_cast<int>(part.faults.size());
  int first_fault = 0;
  testing::SmallGate root;
  for (const SmallGraph& part : parts) {
    const int own = static_cast<int>(part.faults.size());
    const int first_gate = faults + static_cast<int>(result.gates.size());
    const auto moved = [&](int child) {
      if (child < 0) return child - first_fault;
      return child < own ? child + first_fault : child - own + first_gate;
    };
    result.faults.insert(result.faults.end(), part.faults.begin(), part.faults.end());
    for (testing::SmallGate gate : part.gates) {
      for (int& child : gate.children) child = moved(child);
      result.gates.push_back(std::move(gate));
    }
    root.children.push_back(moved(part.root));
    first_fault += own;
  }
  result.gates.push_back(root);
  result.root = result.node_count() - 1;
  return result;
}

TEST(Differential, ConjunctsThatShareNothing) {
  if (std::getenv("CUTSET_REPLAY") != nullptr) GTEST_SKIP() << "one graph is replayed";
  for (uint64_t seed = 300'000; seed < 301'000 && !HasFailure(); ++seed) {
    std::mt19937_64 random(seed);
    testing::Shape shape;
    shape.most_faults = 4;
    shape.most_gates = 6;
    shape.conditions_percent = random() % 4 == 0 ? 10 : 0;
    std::vector<SmallGraph> parts{testing::random_graph(random, shape)};
    parts.push_back(random() % 2 == 0 ? parts[0] : testing::random_graph(random, shape));
    parts.push_back(testing::random_graph(random, shape));
    SmallGraph graph = side_by_side(parts);
    if (random() % 3 == 0) {  // the last shares a fault with the first
      const int last = static_cast<int>(graph.faults.size()) - 1;
      const int shared = graph.node_count() - 1;
      graph.gates.insert(graph.gates.end() - 1, {false, {0, last}});
      graph.gates.back().children.push_back(shared);
      graph.root = graph.node_count() - 1;
    }
    Limits limits;
    if (random() % 2 == 0) limits.total = static_cast<uint32_t>(random() % 5);
    if (random() % 3 == 0) limits.crash = static_cast<int>(random() % 3);
    compare(graph, limits, "seed " + std::to_string(seed));
  }
}

/// 2^70 sets below each of two equal conjuncts: counted, where a walk has no end.
TEST(Count, SaturatesAndSaysAtLeast) {
  for (const int pairs : {20, 70}) {
    SmallGraph graph;
    graph.faults.resize(static_cast<size_t>(4 * pairs));
    testing::SmallGate root;
    for (int half = 0; half < 2; ++half) {
      testing::SmallGate either{false, {}};
      for (int i = 0; i < pairs; ++i) {
        const int first = half * 2 * pairs + 2 * i;
        either.children.push_back(graph.node_count());
        graph.gates.push_back({true, {first, first + 1}});
      }
      root.children.push_back(graph.node_count());
      graph.gates.push_back(either);
    }
    graph.gates.push_back(root);
    graph.root = graph.node_count() - 1;
    const Result<FaultGraph> read = parse_fault_graph(graph.text(), "pairs");
    ASSERT_TRUE(read.ok()) << read.error().text();
    CutSearch search(*read, {});
    const SetCount count = search.count();
    EXPECT_EQ(count.at_least, pairs == 70);
    EXPECT_EQ(count.sets, pairs == 70 ? UINT64_MAX : uint64_t{2} << 20);
    ASSERT_EQ(count.by_size.size(), static_cast<size_t>(pairs) + 1);
    EXPECT_EQ(count.by_size.back(), count.sets);
  }
}

/// Each method says how many faults the disjoint supports ask for.
TEST(Stats, PackingBound) {
  const std::string text =
      "p dag 3 1 3\nf 0 omit 1 0 0 0\nf 1 omit 1 1 0 0\nf 2 omit 1 2 0 0\n"
      "g 3 o 0 1 2\n";
  const Result<FaultGraph> read = parse_fault_graph(text, "three");
  ASSERT_TRUE(read.ok()) << read.error().text();
  for (const Method method : {Method::kAuto, Method::kSat}) {
    SearchOptions options;
    options.method = method;
    CutSearch search(*read, options);
    EXPECT_EQ(search.stats().packing_bound, 0U);  // nothing is looked into yet
    ASSERT_TRUE(search.next().has_value());
    EXPECT_EQ(search.stats().packing_bound, 3U);
  }
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
