#include "solver/event_cuts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "lineage/graph_evaluator.h"
#include "lineage/graph_supports.h"

namespace cutset::solver {
namespace {

using lineage::DerivationGraph;
using lineage::NodeId;
using Type = DerivationGraph::Type;

struct Instance {
  DerivationGraph graph;
  NodeId root = 0;
  uint32_t events = 0;
};

/// Layers of gates over leaves of both polarities: shared, partly constant, not monotone.
Instance random_instance(std::mt19937_64& random) {
  const auto below = [&](uint64_t most) { return random() % most; };
  Instance instance;
  instance.events = 2 + static_cast<uint32_t>(below(7));
  std::vector<NodeId> nodes;
  for (uint32_t event = 0; event < instance.events; ++event) {
    nodes.push_back(instance.graph.present(event));
    if (below(3) == 0) nodes.push_back(instance.graph.failed(event, 0));
  }
  const size_t gates = 2 + below(10);
  for (size_t gate = 0; gate < gates; ++gate) {
    std::vector<NodeId> children;
    for (size_t i = 0; i < 2 + below(3); ++i)
      children.push_back(nodes[below(nodes.size())]);
    nodes.push_back(gate % 2 == 0 ? instance.graph.rule(children)
                                  : instance.graph.goal(children));
  }
  instance.root = nodes.back();
  return instance;
}

/// The definition, on the bits of a word.
bool holds(const DerivationGraph& graph, NodeId root, uint64_t failed) {
  std::vector<bool> value;
  for (const DerivationGraph::Node& node : graph.nodes()) {
    const auto is_true = [&](NodeId child) { return value[child]; };
    bool result = ((failed >> node.event) & 1) != 0;
    if (node.type == Type::kPresent) result = !result;
    if (node.type == Type::kRule)
      result = std::all_of(node.children.begin(), node.children.end(), is_true);
    if (node.type == Type::kGoal)
      result = std::any_of(node.children.begin(), node.children.end(), is_true);
    value.push_back(result);
  }
  return value[root];
}

std::set<std::vector<uint32_t>> brute_force(const Instance& instance, size_t largest) {
  std::vector<uint64_t> cuts;
  std::set<std::vector<uint32_t>> minimal;
  std::vector<uint64_t> sets(uint64_t{1} << instance.events);
  for (uint64_t i = 0; i < sets.size(); ++i) sets[i] = i;
  std::stable_sort(sets.begin(), sets.end(), [](uint64_t a, uint64_t b) {
    return std::popcount(a) < std::popcount(b);
  });
  for (const uint64_t set : sets) {
    if (static_cast<size_t>(std::popcount(set)) > largest) break;
    const auto is_part = [&](uint64_t cut) { return (cut & set) == cut; };
    if (holds(instance.graph, instance.root, set)) continue;
    if (std::any_of(cuts.begin(), cuts.end(), is_part)) continue;
    cuts.push_back(set);
    std::vector<uint32_t> events;
    for (uint32_t event = 0; event < instance.events; ++event) {
      if (((set >> event) & 1) != 0) events.push_back(event);
    }
    minimal.insert(events);
  }
  return minimal;
}

std::vector<EventCandidate> candidates_of(const Instance& instance,
                                          std::mt19937_64& random) {
  std::vector<EventCandidate> candidates;
  for (uint32_t event = 0; event < instance.events; ++event) {
    candidates.push_back({event, static_cast<double>(1 + random() % 4) / 5});
  }
  std::shuffle(candidates.begin(), candidates.end(), random);
  return candidates;
}

EventCutOptions patient(size_t largest) {
  EventCutOptions options;
  options.largest = static_cast<uint32_t>(largest);
  options.most = 100'000;
  options.most_found = 100'000;
  options.time_limit = std::chrono::minutes(5);
  return options;
}

TEST(EventCuts, EqualBruteForceOnRandomGraphsWithConditions) {
  int with_conditions = 0;
  int with_larger = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Instance instance = random_instance(random);
    const size_t largest = 1 + random() % 4;
    const EventCuts found = event_cuts(instance.graph, instance.root,
                                       candidates_of(instance, random), patient(largest));
    ASSERT_TRUE(found.complete);
    std::set<std::vector<uint32_t>> sets;
    std::vector<uint32_t> singles;
    for (const EventCut& set : found.sets) {
      ASSERT_TRUE(sets.insert(set.events).second);
      if (set.events.size() == 1) singles.push_back(set.events[0]);
    }
    const std::set<std::vector<uint32_t>> expected = brute_force(instance, largest);
    ASSERT_EQ(sets, expected);
    std::sort(singles.begin(), singles.end());
    ASSERT_EQ(found.single_points, singles);
    const auto& nodes = instance.graph.nodes();
    with_conditions += std::any_of(nodes.begin(), nodes.end(), [](const auto& node) {
      return node.type == Type::kFailed;
    });
    with_larger += !expected.empty() && expected.rbegin()->size() > 1;
  }
  // The instances are worth something only if both occur.
  EXPECT_GT(with_conditions, 1000);
  EXPECT_GT(with_larger, 500);
}

TEST(EventCuts, OrderIsSizeThenLikelihoodAndPrefixesAgree) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Instance instance = random_instance(random);
    const std::vector<EventCandidate> candidates = candidates_of(instance, random);
    const EventCuts all =
        event_cuts(instance.graph, instance.root, candidates, patient(3));
    for (size_t i = 1; i < all.sets.size(); ++i) {
      const EventCut& a = all.sets[i - 1];
      const EventCut& b = all.sets[i];
      ASSERT_TRUE(a.events.size() < b.events.size() ||
                  (a.events.size() == b.events.size() && a.likelihood >= b.likelihood));
    }
    EventCutOptions two = patient(3);
    two.most = 2;
    std::vector<EventCandidate> shuffled = candidates;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const EventCuts first = event_cuts(instance.graph, instance.root, shuffled, two);
    ASSERT_EQ(first.sets.size() + static_cast<size_t>(first.left_out), all.sets.size());
    std::vector<EventCut> expected;
    for (const EventCut& set : all.sets) {
      const auto of_its_size =
          std::count_if(expected.begin(), expected.end(), [&](const EventCut& other) {
            return other.events.size() == set.events.size();
          });
      if (of_its_size < 2) expected.push_back(set);
    }
    ASSERT_EQ(first.sets.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(first.sets[i].events, expected[i].events);
  }
}

TEST(EventCuts, AFallbackDoesNotHideASinglePoint) {
  // primary and C, or (because primary failed) the secondary: calls.md 6.1.
  DerivationGraph graph;
  const NodeId root = graph.goal({graph.rule({graph.present(0), graph.present(1)}),
                                  graph.rule({graph.failed(0, 0), graph.present(2)})});
  const EventCuts found =
      event_cuts(graph, root, {{0, .5}, {1, .5}, {2, .5}}, patient(3));
  ASSERT_EQ(found.sets.size(), 2U);
  EXPECT_EQ(found.sets[0].events, (std::vector<uint32_t>{1}));
  EXPECT_EQ(found.sets[1].events, (std::vector<uint32_t>{0, 2}));
}

TEST(EventCuts, NothingHoldsMeansTheEmptySetCuts) {
  const DerivationGraph graph;
  const EventCuts found = event_cuts(graph, DerivationGraph::kFalse, {});
  ASSERT_EQ(found.sets.size(), 1U);
  EXPECT_TRUE(found.sets[0].events.empty());
  EXPECT_TRUE(found.complete);
  EXPECT_TRUE(event_cuts(graph, DerivationGraph::kTrue, {}).sets.empty());
}

TEST(EventCuts, TenThousandSinglePointsTakeLessThanASecond) {
  DerivationGraph graph;
  std::vector<NodeId> leaves;
  std::vector<EventCandidate> candidates;
  for (uint32_t event = 0; event < 10'800; ++event) {
    leaves.push_back(graph.present(event));
    candidates.push_back({event, 0.5});
  }
  const NodeId root = graph.rule(leaves);
  const auto start = std::chrono::steady_clock::now();
  const EventCuts found = event_cuts(graph, root, candidates);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.single_points.size(), 10'800U);
  EXPECT_EQ(found.sets.size(), 20U);
  EXPECT_EQ(found.left_out, 10'780);
}

TEST(EventCuts, WhatIsLeftOutIsSaid) {
  // 200 calls, each with a retry: 200 pairs, the likeliest of which come first.
  DerivationGraph graph;
  std::vector<NodeId> calls;
  std::vector<EventCandidate> candidates;
  for (uint32_t event = 0; event < 400; event += 2) {
    calls.push_back(
        graph.goal({graph.present(event),
                    graph.rule({graph.failed(event, 0), graph.present(event + 1)})}));
    candidates.push_back({event, 0.1 + event / 1000.0});
    candidates.push_back({event + 1, 0.5});
  }
  const NodeId root = graph.rule(calls);
  const EventCuts all = event_cuts(graph, root, candidates);
  EXPECT_TRUE(all.complete);
  EXPECT_EQ(all.left_out, 180);
  EXPECT_EQ(all.sets[0].events, (std::vector<uint32_t>{398, 399}));
  EventCutOptions few;
  few.most_found = 50;
  const EventCuts some = event_cuts(graph, root, candidates, few);
  EXPECT_FALSE(some.complete);
  EXPECT_FALSE(some.stopped);
  EXPECT_EQ(some.left_out, 30);
  EventCutOptions stopped;
  stopped.stop = [] { return true; };
  EXPECT_TRUE(event_cuts(graph, root, candidates, stopped).stopped);
}

TEST(GraphEvaluator, AgreesWithTheDefinitionWhileLeavesAreSwitched) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Instance instance = random_instance(random);
    lineage::GraphEvaluator evaluator(instance.graph, instance.root);
    uint64_t failed = 0;
    for (int step = 0; step < 30; ++step) {
      const auto event = static_cast<uint32_t>(random() % instance.events);
      failed ^= uint64_t{1} << event;
      evaluator.set_failed(event, ((failed >> event) & 1) != 0);
      ASSERT_EQ(evaluator.holds(), holds(instance.graph, instance.root, failed));
    }
  }
}

TEST(GraphSupports, EachIsEnoughWhateverElseFailsAndNoPartOfItIs) {
  int with_condition = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Instance instance = random_instance(random);
    std::vector<std::vector<uint32_t>> failures;
    for (uint32_t event = 0; event < instance.events; ++event)
      failures.push_back({event});
    for (const lineage::GraphSupport& support :
         lineage::sample_supports(instance.graph, instance.root, failures, 5)) {
      uint64_t needed = 0;
      uint64_t condition = 0;
      for (const uint32_t event : support.events) needed |= uint64_t{1} << event;
      for (const uint32_t event : support.condition) condition |= uint64_t{1} << event;
      const auto is_enough = [&](uint64_t events, uint64_t failing) {
        for (uint64_t set = 0; set < uint64_t{1} << instance.events; ++set) {
          if ((set & events) == 0 && (set & failing) == failing &&
              !holds(instance.graph, instance.root, set)) {
            return false;
          }
        }
        return true;
      };
      ASSERT_TRUE(is_enough(needed, condition));
      with_condition += condition != 0;
    }
  }
  EXPECT_GT(with_condition, 100);
}

}  // namespace
}  // namespace cutset::solver
