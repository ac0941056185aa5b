#include "verifier/rup_checker.h"

#include <random>

#include <gtest/gtest.h>

namespace cutset::verifier {
namespace {

using Clause = std::vector<Literal>;

bool satisfies(uint32_t model, const Clause& clause) {
  for (const Literal literal : clause) {
    const bool is_true = (model >> (std::abs(literal) - 1) & 1) != 0;
    if (is_true == (literal > 0)) return true;
  }
  return false;
}

TEST(RupChecker, AcceptsWhatPropagationShows) {
  RupChecker checker(3);
  checker.add(Clause{1, 2});
  checker.add(Clause{1, -2});
  EXPECT_FALSE(checker.add_implied(Clause{3}));
  EXPECT_TRUE(checker.add_implied(Clause{1}));
  EXPECT_TRUE(checker.add_implied(Clause{1, 3}));
  EXPECT_FALSE(checker.add_implied(Clause{}));
  EXPECT_FALSE(checker.refuted());
  EXPECT_TRUE(checker.remove(Clause{2, 1}));
  EXPECT_FALSE(checker.remove(Clause{2, 1}));
  checker.add(Clause{-1});
  EXPECT_TRUE(checker.refuted());
  EXPECT_TRUE(checker.add_implied(Clause{}));
}

/// Whatever is added and taken away: what was accepted follows from the formula.
TEST(RupChecker, AcceptsOnlyWhatFollows) {
  int accepted = 0;
  int refuted = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937_64 random(seed);
    constexpr uint32_t kVariables = 6;
    const auto some_clause = [&random](size_t most) {
      Clause clause(random() % (most + 1));
      for (Literal& literal : clause) {
        literal = static_cast<Literal>(1 + random() % kVariables);
        if (random() % 2 == 0) literal = -literal;
      }
      return clause;
    };
    RupChecker checker(kVariables);
    std::vector<Clause> formula;
    for (int i = 0; i < 20; ++i) {
      Clause clause = some_clause(4);
      if (clause.size() < 2) continue;
      checker.add(clause);
      formula.push_back(clause);
    }
    std::vector<uint32_t> models;
    for (uint32_t model = 0; model < 1U << kVariables; ++model) {
      bool fits = true;
      for (const Clause& clause : formula) fits = fits && satisfies(model, clause);
      if (fits) models.push_back(model);
    }
    ASSERT_TRUE(!checker.refuted() || models.empty()) << "seed " << seed;
    std::vector<Clause> known = formula;
    for (int step = 0; step < 60; ++step) {
      if (random() % 4 == 0 && !known.empty()) {
        const size_t at = random() % known.size();
        ASSERT_TRUE(checker.remove(known[at])) << "seed " << seed;
        known.erase(known.begin() + static_cast<ptrdiff_t>(at));
        continue;
      }
      const Clause clause = some_clause(3);
      if (!checker.add_implied(clause)) continue;
      known.push_back(clause);
      ++accepted;
      for (const uint32_t model : models)
        ASSERT_TRUE(satisfies(model, clause)) << "seed " << seed;
      ASSERT_TRUE(!checker.refuted() || models.empty()) << "seed " << seed;
    }
    refuted += checker.refuted() ? 1 : 0;
  }
  EXPECT_GT(accepted, 10000);
  EXPECT_GT(refuted, 20);
}

}  // namespace
}  // namespace cutset::verifier
