// The table of calls.md 5.4: the same minimal breaking sets as exhaustive search, never
// more experiments than the column "composed".
#include "shapes.h"

#include "exhaustive_search.h"
#include "search.h"
#include <gtest/gtest.h>

namespace cutset::testing {
namespace {

class ShapeTest : public ::testing::TestWithParam<size_t> {};

TEST_P(ShapeTest, FindsWhatExhaustiveSearchFindsWithFewerExperiments) {
  const Shape shape = nine_shapes()[GetParam()];
  const ExhaustiveResult exhaustive = search_exhaustively(shape.application, 100'000);
  EXPECT_EQ(exhaustive.experiments, shape.exhaustive);
  EXPECT_EQ(exhaustive.reduced, shape.reduced);
  std::vector<size_t> sizes;
  for (const auto& calls : calls_of(exhaustive.minimal)) sizes.push_back(calls.size());
  std::sort(sizes.begin(), sizes.end());
  EXPECT_EQ(sizes, shape.minimal_sizes);

  const SearchResult found = search(shape.application);
  EXPECT_EQ(found.summary.status, campaign::CampaignStatus::kExhausted)
      << found.summary.why;
  EXPECT_EQ(to_text(found.minimal), to_text(exhaustive.minimal));
  EXPECT_LE(found.summary.experiments, static_cast<int>(shape.composed));
  EXPECT_TRUE(found.summary.wrong_predictions.empty());
  EXPECT_EQ(found.summary.exhaustive, shape.exhaustive);
  std::printf(
      "%-62s exhaustive %4lu  reduced %3lu  composed %3lu  cutset %3d  findings %zu\n",
      shape.application.name.c_str(), exhaustive.experiments, exhaustive.reduced,
      shape.composed, found.summary.experiments, found.summary.findings.size());
}

INSTANTIATE_TEST_SUITE_P(Table, ShapeTest, ::testing::Range(size_t{0}, size_t{9}));

}  // namespace
}  // namespace cutset::testing
