// The counts of minimal cut sets on which unrelated methods agree, by every method that
// can do them in the time of a test.
#include <cstdio>
#include <filesystem>

#include <gtest/gtest.h>

#include "solver/cut_search.h"

namespace cutset::solver {
namespace {

struct Known {
  const char* file;
  uint32_t most;  // 0: no limit
  uint64_t sets;
  bool plain_too;
};

const Known kKnown[] = {
    {"instances/quorum-t3-r1.json", 0, 240, true},
    {"instances/quorum-t10-r1.dag", 0, 800, true},
    {"instances/quorum-t100-r2.dag", 0, 64000, false},
    {"instances/quorumc-t10-r2.dag", 3, 10000, true},
    {"instances/rb-n4-t3.dag", 0, 27, true},
    {"instances/rb-n4-t3.dag", 7, 21, true},
    {"instances/rb-n5-t4.dag", 13, 88, true},
    {"instances/rb-n5-t4.dag", 0, 256, true},
    {"instances/rb-n6-t3.dag", 11, 155, true},
    {"instances/rb-n8-t5.dag", 29, 1771, true},
    {"instances/tree-d5.dag", 3, 2, true},
    {"instances/tree-d5.dag", 0, 6028, true},
    {"instances/rnd-60-150.dag", 0, 107, true},
    {"instances/micro-w10-l4.dag", 0, 73642, false},
    {"aralia/chinese.xml", 0, 392, true},
    {"aralia/baobab1.xml", 6, 2684, true},
    {"aralia/baobab1.xml", 0, 46188, false},
    {"aralia/das9201.xml", 6, 14203, true},
    {"aralia/das9201.xml", 0, 14217, false},
};

uint64_t count(const FaultGraph& graph, uint32_t most, Method method) {
  SearchOptions options;
  options.method = method;
  if (most != 0) options.budget.total = most;
  CutSearch search(graph, options);
  uint64_t sets = 0;
  std::vector<uint64_t> by_size;
  while (const std::optional<FoundSet> set = search.next()) {
    ++sets;
    by_size.resize(set->faults.size() + 1, 0);
    ++by_size.back();
  }
  EXPECT_EQ(search.ending(), Ending::kComplete);
  if (method == Method::kAuto) {
    const SetCount counted = search.count();
    EXPECT_EQ(counted.sets, sets);
    EXPECT_EQ(counted.by_size, by_size);
    EXPECT_FALSE(counted.at_least);
  }
  return sets;
}

class KnownCounts : public ::testing::TestWithParam<Known> {};

TEST_P(KnownCounts, AllMethodsAgree) {
  const Known& known = GetParam();
  const std::filesystem::path folder = CUTSET_SHARED_DATA;
  if (folder.empty() || !std::filesystem::exists(folder / known.file)) {
    std::printf("not run: no %s in the shared data\n", known.file);
    GTEST_SKIP();
  }
  const Result<FaultGraph> graph = read_fault_graph((folder / known.file).string());
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  graph->dag.check_invariants();
  EXPECT_EQ(count(*graph, known.most, Method::kAuto), known.sets);
  EXPECT_EQ(count(*graph, known.most, Method::kSat), known.sets);
  if (known.plain_too) {
    EXPECT_EQ(count(*graph, known.most, Method::kPlain), known.sets);
  }
}

INSTANTIATE_TEST_SUITE_P(Section7, KnownCounts, ::testing::ValuesIn(kKnown));

}  // namespace
}  // namespace cutset::solver
