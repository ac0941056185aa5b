#include "dedalus/evaluation/failure.h"

#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

FailureSpec spec_of(Time eot, Time eff, uint32_t crashes, uint32_t nodes) {
  FailureSpec spec{.eot = eot, .eff = eff, .crashes = crashes, .nodes = {}};
  for (uint32_t i = 0; i < nodes; ++i) spec.nodes.push_back(std::string(1, 'a' + i));
  return spec;
}

/// dedalus.md section 9, the unit values.
TEST(SearchSpace, HasThePublishedValues) {
  EXPECT_EQ(search_space(spec_of(3, 0, 0, 3)), 1);
  EXPECT_EQ(search_space(spec_of(3, 0, 2, 2)), 16);
  EXPECT_EQ(search_space(spec_of(3, 0, 1, 1)), 4);
  EXPECT_EQ(search_space(spec_of(3, 0, 2, 4)), 96);
  EXPECT_EQ(search_space(spec_of(3, 2, 0, 2)), 16);
  EXPECT_EQ(search_space(spec_of(3, 1, 0, 2)), 4);
  EXPECT_EQ(search_space(spec_of(3, 2, 2, 2)), 121);
}

TEST(FailureSpec, RefusesWhatCannotBe) {
  EXPECT_TRUE(check(spec_of(3, 5, 2, 2)).ok());
  EXPECT_FALSE(check(spec_of(0, 0, 0, 2)).ok());
  EXPECT_FALSE(check(spec_of(3, -1, 0, 2)).ok());
  EXPECT_FALSE(check(spec_of(3, 0, 3, 2)).ok());
  EXPECT_FALSE(check(spec_of(3, 0, 0, 0)).ok());
  FailureSpec twice = spec_of(3, 0, 0, 2);
  twice.nodes[1] = "a";
  EXPECT_NE(check(twice).error().message.find("node a is named twice"),
            std::string::npos);
}

TEST(Within, KnowsTheBudget) {
  const FailureSpec spec = spec_of(4, 3, 1, 3);
  EXPECT_TRUE(within({}, spec).ok());
  EXPECT_TRUE(
      within({ModelFault::omission(0, 1, 2), ModelFault::crash(0, 3)}, spec).ok());
  EXPECT_FALSE(within({ModelFault::omission(0, 1, 3)}, spec).ok()) << "EFF is exclusive";
  EXPECT_FALSE(within({ModelFault::omission(0, 0, 1)}, spec).ok());
  EXPECT_FALSE(within({ModelFault::omission(0, 3, 1)}, spec).ok());
  EXPECT_FALSE(within({ModelFault::crash(0, 4)}, spec).ok()) << "EOT is exclusive";
  EXPECT_FALSE(within({ModelFault::crash(0, 0)}, spec).ok());
  EXPECT_FALSE(within({ModelFault::crash(0, 1), ModelFault::crash(1, 1)}, spec).ok());
  EXPECT_NE(
      within({ModelFault::omission(0, 1, 3)}, spec)
          .error()
          .message.find("loss(a -> b @3): messages are lost at times 1 <= t < EFF (3)"),
      std::string::npos);
}

}  // namespace
}  // namespace cutset::dedalus
