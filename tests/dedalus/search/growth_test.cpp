#include "campaign/growth.h"

#include "search_support.h"
#include <gtest/gtest.h>

#include "dedalus/language/load.h"

namespace cutset::dedalus {
namespace {

campaign::MakeExperimenter maker(const std::string& model,
                                 const std::vector<std::string>& nodes) {
  return [model, nodes](const campaign::Specification& specification)
             -> Result<std::unique_ptr<campaign::LineageExperimenter>> {
    GoldenRow row;
    row.model = model;
    row.spec = {.eot = static_cast<Time>(specification.eot),
                .eff = static_cast<Time>(specification.eff),
                .crashes = specification.crashes,
                .nodes = nodes};
    return std::unique_ptr<campaign::LineageExperimenter>(experimenter_of(row));
  };
}

TEST(Growth, RaisesTheSpecificationUntilSomethingIsViolated) {
  campaign::GrowthOptions options;
  options.most_eot = 8;
  const auto summary =
      campaign::grow(maker("best_effort_broadcast.ded", {"a", "b", "c"}), options);
  ASSERT_TRUE(summary.ok());
  ASSERT_FALSE(summary->steps.empty());
  const campaign::GrowthStep& last = summary->steps.back();
  EXPECT_FALSE(last.summary.findings.empty());
  for (size_t i = 0; i + 1 < summary->steps.size(); ++i) {
    EXPECT_TRUE(summary->steps[i].summary.findings.empty());
  }
}

TEST(Growth, EndsCompleteWhereNothingIsViolated) {
  campaign::GrowthOptions options;
  options.most_eot = 5;
  options.most_crashes = 0;
  const auto summary =
      campaign::grow(maker("retrying_broadcast.ded", {"a", "b", "c"}), options);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->complete, summary->steps.back().summary.findings.empty());
}

TEST(Growth, StopsAtTheTimeLimit) {
  campaign::GrowthOptions options;
  options.time_limit = std::chrono::milliseconds(0);
  const auto summary =
      campaign::grow(maker("retrying_broadcast.ded", {"a", "b", "c"}), options);
  ASSERT_TRUE(summary.ok());
  EXPECT_FALSE(summary->complete);
  EXPECT_TRUE(summary->steps.empty());
}

}  // namespace
}  // namespace cutset::dedalus
