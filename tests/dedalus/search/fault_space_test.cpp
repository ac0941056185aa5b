#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "campaign/blind_search.h"

namespace cutset::campaign {
namespace {

/// Every set runs, none is violated.
class Counting : public LineageExperimenter {
 public:
  explicit Counting(FaultSpace space) : space_(std::move(space)) {}
  const FaultSpace& space() const override { return space_; }
  const std::vector<std::string>& outcomes() const override { return outcomes_; }
  bool vacuous() const override { return false; }
  Result<ModelRun> run(const FaultNumbers& faults, RunDetail /*detail*/) override {
    EXPECT_TRUE(space_.is_canonical(faults)) << space_.text(faults);
    EXPECT_TRUE(sets.empty() || sets.back().size() <= faults.size());
    sets.push_back(faults);
    return ModelRun();
  }
  const Lineage& lineage() const override { return lineage_; }
  Result<DerivationModel> derivations(const std::function<bool()>& /*stop*/) override {
    return DerivationModel();
  }
  std::vector<std::vector<uint32_t>> symmetries() override { return {}; }

  std::vector<FaultNumbers> sets;

 private:
  FaultSpace space_;
  std::vector<std::string> outcomes_;
  Lineage lineage_;
};

TEST(FaultSpace, HasTheFaultsOfTheSpecification) {
  const FaultSpace space = FaultSpace::of({"a", "b"}, 3, 2, 1);
  // omission a->b, b->a at 1; crash of a, b at 1, 2.
  ASSERT_EQ(space.faults.size(), 6U);
  EXPECT_EQ(space.text({0, 2}), "{omission a -> b at 1, crash of a at 1}");
  EXPECT_TRUE(FaultSpace::of({"a", "b"}, 3, 1, 0).faults.empty());
}

TEST(FaultSpace, FindsEveryFaultAndNoOther) {
  for (uint32_t eot = 1; eot <= 5; ++eot) {
    for (uint32_t eff = 0; eff <= eot; ++eff) {
      for (uint32_t crashes = 0; crashes <= 1; ++crashes) {
        const FaultSpace space = FaultSpace::of({"a", "b", "c"}, eot, eff, crashes);
        size_t found = 0;
        for (const auto kind : {ModelFault::Kind::kOmission, ModelFault::Kind::kCrash}) {
          for (uint32_t from = 0; from < 4; ++from) {
            for (uint32_t to = 0; to < 4; ++to) {
              for (uint32_t time = 0; time <= eot + 1; ++time) {
                if (kind == ModelFault::Kind::kCrash && to != 0) continue;
                const ModelFault fault{kind, from, to, time};
                const uint32_t number = space.find(fault);
                if (number == space.faults.size()) continue;
                ++found;
                EXPECT_EQ(space.faults[number], fault);
              }
            }
          }
        }
        EXPECT_EQ(found, space.faults.size());
      }
    }
  }
}

TEST(FaultSpace, ExhaustiveSearchMeetsEveryCanonicalSetOnce) {
  for (uint32_t nodes = 1; nodes <= 3; ++nodes) {
    for (uint32_t eot = 1; eot <= 4; ++eot) {
      for (uint32_t eff = 0; eff <= std::min(eot, 3U); ++eff) {
        for (uint32_t crashes = 0; crashes <= 2 && crashes <= nodes; ++crashes) {
          std::vector<std::string> names{"a", "b", "c"};
          names.resize(nodes);
          Counting exact(FaultSpace::of(names, eot, eff, crashes));
          const auto summary = search_exhaustively(exact, {});
          ASSERT_TRUE(summary.ok());
          std::vector<FaultNumbers> sets = exact.sets;
          std::sort(sets.begin(), sets.end());
          EXPECT_EQ(std::adjacent_find(sets.begin(), sets.end()), sets.end());
          EXPECT_EQ(static_cast<double>(sets.size()), count_canonical(exact.space()));
        }
      }
    }
  }
}

TEST(FaultSpace, CountsAsTheSpecificationSays) {
  // dedalus.md section 12.1: 4 nodes, EOT 8, EFF 0, 2 crashes.
  EXPECT_EQ(count_canonical(FaultSpace::of({"C", "P1", "P2", "P3"}, 8, 0, 2)), 323);
  EXPECT_EQ(count_canonical(FaultSpace::of({"a", "b", "c"}, 4, 2, 0)), 64);
}

TEST(FaultSpace, DrawsAreCanonicalAndUniform) {
  const FaultSpace space = FaultSpace::of({"a", "b"}, 3, 3, 1);
  CanonicalSampler sampler(space, 7);
  constexpr int kDraws = 40'000;
  std::map<FaultNumbers, int> seen;
  for (int i = 0; i < kDraws; ++i) {
    const FaultNumbers set = sampler.draw();
    ASSERT_TRUE(space.is_canonical(set)) << space.text(set);
    ++seen[set];
  }
  EXPECT_EQ(static_cast<double>(seen.size()), count_canonical(space));
  const double expected = kDraws / count_canonical(space);
  for (const auto& [set, count] : seen) {
    EXPECT_NEAR(count, expected, 6 * std::sqrt(expected)) << space.text(set);
  }
}

TEST(FaultSpace, EqualSeedsDrawEqualSets) {
  const FaultSpace space = FaultSpace::of({"a", "b", "c"}, 6, 4, 2);
  CanonicalSampler one(space, 3);
  CanonicalSampler other(space, 3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.draw(), other.draw());
}

}  // namespace
}  // namespace cutset::campaign
