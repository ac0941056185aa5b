#include "report/analysis_tree.h"

#include <map>

#include "analysis_testing.h"
#include <gtest/gtest.h>

namespace cutset::report {
namespace {

/// What analysis_tree.h promises of every tree.
void check_view(const std::vector<AnalysedCall>& calls, const TreeView& view) {
  const std::vector<int> parents = parents_of(calls);
  std::map<uint32_t, int64_t> shown;
  ASSERT_EQ(view.row_of.size(), calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    ASSERT_LT(view.row_of[i], view.rows.size());
    ++shown[view.row_of[i]];
  }
  int64_t folded = 0;
  for (size_t i = 0; i < view.rows.size(); ++i) {
    const TreeRow& row = view.rows[i];
    ASSERT_LT(row.parent, static_cast<int>(i));
    const bool is_root = row.parent < 0;
    EXPECT_EQ(row.depth,
              is_root ? 0 : view.rows[static_cast<size_t>(row.parent)].depth + 1);
    const int64_t count = shown[static_cast<uint32_t>(i)];
    if (row.kind == TreeRow::Kind::kCall) {
      EXPECT_EQ(count, 1);
      EXPECT_EQ(view.row_of[row.call], i);
      const int parent = parents[row.call];
      EXPECT_EQ(is_root, parent < 0);
      if (!is_root && parent >= 0) {
        EXPECT_EQ(view.row_of[static_cast<size_t>(parent)],
                  static_cast<uint32_t>(row.parent));
      }
    } else {
      EXPECT_EQ(count, row.folded + row.below);
      EXPECT_GT(row.folded, 0);
      folded += count;
    }
  }
  EXPECT_EQ(view.folded, folded);
}

TEST(AnalysisTree, EveryCallIsShownOrFoldedOnce) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const AnalysedClass& analysed : random_analysis(seed).classes) {
      TreeLimits limits;
      limits.most_rows = 1 + seed % 50;
      limits.most_depth = 1 + seed % 7;
      const TreeView view = tree_view(analysed.calls, limits);
      check_view(analysed.calls, view);
      for (const TreeRow& row : view.rows) {
        EXPECT_LE(row.depth, static_cast<int>(limits.most_depth));
      }
      EXPECT_LE(view.rows.size(), 2 * limits.most_rows + 12);
      limits.most_rows = limits.most_depth = limits.most_alike = 1'000'000;
      const TreeView whole = tree_view(analysed.calls, limits);
      check_view(analysed.calls, whole);
      EXPECT_EQ(whole.rows.size(), analysed.calls.size());
      EXPECT_EQ(whole.folded, 0);
    }
  }
}

TEST(AnalysisTree, SiblingsThatDifferInMarksAreNotFoldedTogether) {
  Analysis analysis = shop_analysis();
  std::vector<AnalysedCall>& calls = analysis.classes[0].calls;
  const TreeView before = tree_view(calls, TreeLimits());
  EXPECT_EQ(before.folded, 6) << "8 prices, 2 of them shown";
  calls.back().errors = 1;
  const TreeView after = tree_view(calls, TreeLimits());
  EXPECT_EQ(after.folded, 5);
  EXPECT_EQ(after.rows[after.row_of.back()].kind, TreeRow::Kind::kCall);
}

TEST(AnalysisTree, DeepAndWideTreesAreCutNotFollowed) {
  std::vector<AnalysedCall> calls(20'000);
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i].id = "s:GET /#1";
    calls[i].depth = static_cast<int>(i);
  }
  const TreeView view = tree_view(calls, TreeLimits());
  check_view(calls, view);
  EXPECT_LT(view.rows.size(), 30U);
  TreeLimits all;
  all.most_rows = all.most_depth = all.most_alike = 1'000'000;
  EXPECT_EQ(tree_view(calls, all).rows.size(), calls.size());
}

TEST(AnalysisTree, NoCalls) {
  EXPECT_TRUE(tree_view({}, TreeLimits()).rows.empty());
}

}  // namespace
}  // namespace cutset::report
