// The derivation graph of a class of requests, and its minimal cut sets, against
// applications of which every reaction is known.
#include "lineage/class_graph.h"

#include <algorithm>
#include <random>
#include <set>

#include "made_application.h"
#include "made_execution.h"
#include <gtest/gtest.h>

#include "lineage/class_redundancy.h"
#include "lineage/graph_evaluator.h"
#include "lineage/request_classes.h"
#include "solver/event_cuts.h"

namespace cutset::lineage {
namespace {

using Ids = std::set<std::string>;

RequestClass class_of(const std::vector<Execution>& executions) {
  RequestClasses classes;
  for (const Execution& execution : executions) classes.add(execution);
  auto found = classes.classes();
  EXPECT_EQ(found.classes.size(), 1U);
  return std::move(found.classes.front());
}

std::set<Ids> cuts_of(const RequestClass& one, const ClassGraph& graph, size_t largest) {
  std::vector<solver::EventCandidate> candidates;
  for (const uint32_t event : graph.events)
    candidates.push_back({event, graph.likelihood[event]});
  solver::EventCutOptions options;
  options.largest = static_cast<uint32_t>(largest);
  options.most = 10'000;
  options.most_found = 10'000;
  options.time_limit = std::chrono::minutes(1);
  const solver::EventCuts found =
      solver::event_cuts(graph.graph, graph.root, candidates, options);
  EXPECT_TRUE(found.complete);
  std::set<Ids> result;
  for (const solver::EventCut& set : found.sets) {
    Ids ids;
    for (const uint32_t event : set.events) ids.insert(one.identities.id(event));
    result.insert(ids);
  }
  return result;
}

std::set<Ids> cuts_of(const std::vector<Execution>& executions, size_t largest = 3) {
  const RequestClass one = class_of(executions);
  return cuts_of(one, class_graph(one.identities), largest);
}

const std::string kA = "a:GET /#1";
const std::string kB = "a:GET /#1 > b:GET /#1";
const std::string kB2 = "a:GET /#1 > b:GET /#2";
const std::string kC = "a:GET /#1 > c:GET /#1";
const std::string kD = "a:GET /#1 > d:GET /#1";

TEST(ClassGraph, ACallThatEveryRunNeedsIsASinglePoint) {
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB, kC})}), (std::set<Ids>{{kB}, {kC}}));
}

TEST(ClassGraph, AFallbackNeedsItsFailureAndDoesNotHideWhatTheUsualWayNeeds) {
  // b, then c; or, because b failed, d alone. c alone still breaks it.
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB, kC}),
                     made_execution("2", {kA, kB + " !", kD})}),
            (std::set<Ids>{{kC}, {kB, kD}}));
}

TEST(ClassGraph, AFailureBelowACallProvokesItsFallbackToo) {
  const std::string below = kB + " > x:GET /#1";
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB, below}),
                     made_execution("2", {kA, kB + " !", kD})}),
            (std::set<Ids>{{kB, kD}, {below, kD}}));
}

TEST(ClassGraph, ARetryStandsInForItsAttemptEvenIfThatNeverAnswered) {
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " !", kB2 + " ^"})}),
            (std::set<Ids>{{kB, kB2}}));
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " !", kB2 + " ^", kC}),
                     made_execution("2", {kA, kB, kC})}),
            (std::set<Ids>{{kC}, {kB, kB2}}));
}

TEST(ClassGraph, AThirdAttemptAndALaterCallOfTheSameKind) {
  const std::string third = "a:GET /#1 > b:GET /#3";
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " !", kB2 + " !^", third + " ^"})}),
            (std::set<Ids>{{kB, kB2, third}}));
  // The third call came although the second had answered: it is needed by itself.
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " !", kB2 + " ^", third})}),
            (std::set<Ids>{{kB, kB2}, {third}}));
}

TEST(ClassGraph, WhatNeverAnsweredIsNotNeeded) {
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " !", kC})}), (std::set<Ids>{{kC}}));
}

TEST(ClassGraph, WhatNobodyWaitsForIsNotNeeded) {
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB + " ~", kB + " > x:GET /#1", kC})}),
            (std::set<Ids>{{kC}}));
}

TEST(ClassGraph, UnstableCallsAreNoCandidates) {
  EXPECT_EQ(cuts_of({made_execution("1", {kA, kB, kB2, kC}),
                     made_execution("2", {kA, kB, kC})}),
            (std::set<Ids>{{kB}, {kC}}));
}

TEST(ClassGraph, IsTrueWhenNothingFailsThoughThatWasNeverSeen) {
  // b answered only where the entry failed for another reason.
  const std::vector<Execution> runs{made_execution("1", {kA, kB + " !", kD}),
                                    made_execution("2", {kA + " !", kB, kC + " !"})};
  RequestClasses classes;
  for (const Execution& run : runs) classes.add(run);
  for (const RequestClass& one : classes.classes().classes) {
    const ClassGraph graph = class_graph(one.identities);
    if (graph.rules.of[0].empty()) continue;
    EXPECT_TRUE(GraphEvaluator(graph.graph, graph.root).holds());
    EXPECT_EQ(cuts_of(one, graph, 3).count({}), 0U);
  }
}

TEST(ClassGraph, AnEntryThatNeverAnsweredHasNoGraph) {
  const RequestClass one = class_of({made_execution("1", {kA + " !", kB + " !"})});
  EXPECT_EQ(class_graph(one.identities).root, DerivationGraph::kFalse);
}

TEST(ClassGraph, PassesAreNamedAndTheLastIsTheGraph) {
  const RequestClass one =
      class_of({made_execution("1", {kA, kB, kC}), made_execution("2", {kA, kB, kC}),
                made_execution("3", {kA, kB + " !", kD, kC})});
  const ClassGraph graph = class_graph(one.identities);
  std::vector<std::string> names;
  for (const GraphPass& pass : graph.rules.passes) names.push_back(pass.name);
  EXPECT_EQ(names, (std::vector<std::string>{"as observed", "calls nobody waits for",
                                             "unstable calls", "retries",
                                             "never seen to answer", "equal rules",
                                             "absorbed rules", "single premises"}));
  EXPECT_GT(graph.rules.passes.front().nodes, graph.rules.passes.back().nodes);
  EXPECT_EQ(graph.rules.passes.back().nodes,
            static_cast<int64_t>(graph.graph.cone(graph.root).size()));
}

TEST(Redundancies, NameWhatFailedAndWhatWasCalledInstead) {
  const RequestClass one = class_of(
      {made_execution("1", {kA, kB, kC}), made_execution("2", {kA, kB + " !", kD}),
       made_execution("3", {kA, kB, kC + " !"}), made_execution("4", {kA, kB + " !", kD}),
       made_execution("5", {kA, kB + " !", kB2 + " ^", kC})});
  std::vector<std::vector<std::string>> texts;
  for (const Redundancy& redundancy : redundancies_of(one.identities)) {
    std::vector<std::string> text{std::to_string(redundancy.runs), redundancy.example,
                                  "-"};
    for (const uint32_t call : redundancy.failed) text.push_back(one.identities.id(call));
    text.emplace_back("instead");
    for (const uint32_t call : redundancy.instead)
      text.push_back(one.identities.id(call));
    texts.push_back(text);
  }
  EXPECT_EQ(texts,
            (std::vector<std::vector<std::string>>{{"2", "2", "-", kB, "instead", kD},
                                                   {"1", "5", "-", kB, "instead", kB2},
                                                   {"1", "3", "-", kC, "instead"}}));
}

/// All sets of one or two of these, the smaller first.
std::vector<Ids> pairs_of(const Ids& events) {
  std::vector<Ids> sets;
  for (const std::string& event : events) sets.push_back({event});
  for (auto a = events.begin(); a != events.end(); ++a) {
    for (auto b = std::next(a); b != events.end(); ++b) sets.push_back({*a, *b});
  }
  return sets;
}

TEST(ClassGraph, EqualsTheTruthWhenEveryPairOfFailuresWasSeen) {
  int64_t pairs = 0;
  int64_t singles = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const MadeApplication application(random);
    // The calls there are: those without faults, and those that faults provoke.
    Ids events;
    std::vector<Ids> sets{{}};
    std::vector<Execution> runs;
    for (int round = 0; round < 4; ++round) {
      runs.clear();
      for (const Ids& set : sets) {
        runs.push_back(application.run(std::to_string(runs.size()), set));
        for (const Call& call : runs.back().calls) {
          if (call.parent >= 0) events.insert(call.id.text());
        }
      }
      sets = pairs_of(events);
      sets.insert(sets.begin(), Ids{});
    }
    std::set<Ids> broken;
    for (size_t i = 0; i < runs.size(); ++i) {
      if (!runs[i].calls[0].failed) continue;
      const Ids& set = sets[i];
      const bool has_part = std::any_of(set.begin(), set.end(), [&](const auto& event) {
        return broken.count({event}) > 0;
      });
      if (!has_part) broken.insert(set);
    }
    const RequestClass one = class_of(runs);
    const ClassGraph graph = class_graph(one.identities);
    ASSERT_EQ(cuts_of(one, graph, 2), broken);
    for (const Ids& set : broken) ++(set.size() == 1 ? singles : pairs);
  }
  EXPECT_GT(singles, 300);
  EXPECT_GT(pairs, 300);
}

TEST(ClassGraph, HoldsUnderEveryFailureThatWasSeenToBeSurvived) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const MadeApplication application(random);
    std::vector<Execution> runs;
    const size_t count = 1 + random() % 10;
    Ids events;
    for (const Call& call : application.run("", {}).calls) events.insert(call.id.text());
    for (size_t run = 0; run < count; ++run) {
      Ids failing;
      for (const std::string& event : events) {
        if (random() % 4 == 0 && event.find('>') != std::string::npos)
          failing.insert(event);
      }
      runs.push_back(application.run(std::to_string(run), failing));
      for (const Call& call : runs.back().calls) events.insert(call.id.text());
    }
    RequestClasses classes;
    for (const Execution& run : runs) classes.add(run);
    for (const RequestClass& one : classes.classes().classes) {
      const ClassGraph graph = class_graph(one.identities);
      GraphEvaluator evaluator(graph.graph, graph.root);
      ASSERT_EQ(evaluator.holds(), !graph.rules.of[0].empty());
      const bool all_stable =
          std::all_of(one.identities.calls.begin(), one.identities.calls.end(),
                      [](const ClassCall& call) { return call.stable; });
      ASSERT_TRUE(all_stable);
      for (const ClassRun& run : one.identities.runs) {
        if (run.failed) continue;
        for (const RunCall& call : run.calls) {
          if (call.failed) evaluator.set_failed(call.call, true);
        }
        ASSERT_TRUE(evaluator.holds());
        for (const RunCall& call : run.calls) {
          if (call.failed) evaluator.set_failed(call.call, false);
        }
      }
    }
  }
}

}  // namespace
}  // namespace cutset::lineage
