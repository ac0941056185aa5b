// The graph in which some faults never happen, and the search that goes on with it.
#include "solver/masking.h"

#include <gtest/gtest.h>

#include "solver/cut_search.h"
#include "solver/given_sets.h"

namespace cutset::solver {
namespace {

// Fault 0 cuts alone; 1 and 2 together; 3 is only beside 0.
FaultGraph sample() {
  return parse_fault_graph(
             "c {\"format\":\"cutset-dag/1\"}\n"
             "p dag 4 3 6\n"
             "f 0 event 0 a - 0\nf 1 event 0 b - 0\nf 2 event 0 c - 0\nf 3 event 0 d - "
             "0\n"
             "g 4 o 1 2\ng 5 o 0 3\ng 6 a 0 4 5\n",
             "sample")
      .value();
}

std::vector<FaultSet> all_sets(CutSearch& search) {
  std::vector<FaultSet> sets;
  while (const std::optional<FoundSet> found = search.next())
    sets.push_back(found->faults);
  return sets;
}

TEST(Masking, GatesOfWhatNeverHappensFoldAway) {
  const FaultGraph graph = sample();
  const FaultGraph rest = without(graph, {0});
  EXPECT_EQ(rest.dag.gate_count(), 1U);
  EXPECT_EQ(rest.dag.fault_count(), 4U);
  EXPECT_EQ(without(graph, {0, 1}).dag.root(), kTrue);
}

TEST(Masking, TheSearchGoesOnWithoutSingleFaults) {
  const FaultGraph graph = sample();
  CutSearch search(graph, {});
  EXPECT_EQ(all_sets(search), (std::vector<FaultSet>{{0}, {1, 2}}));
  EXPECT_EQ(search.ending(), Ending::kComplete);
  bool told = false;
  for (const PassStats& pass : search.stats().passes)
    told = told || pass.name == "without single faults";
  EXPECT_TRUE(told);
}

TEST(Masking, WhatIsLearnedBehindSingleFaultsCounts) {
  const FaultGraph graph = sample();
  CutSearch search(graph, {});
  EXPECT_EQ(search.next()->faults, FaultSet{0});
  EXPECT_EQ(search.next()->faults, (FaultSet{1, 2}));
  search.block({1, 2});
  EXPECT_FALSE(search.next().has_value());
  EXPECT_EQ(search.ending(), Ending::kComplete);
}

}  // namespace
}  // namespace cutset::solver
