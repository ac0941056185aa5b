// The search on every model: the same minimal falsifiers as the explicit-state search of
// tests/models, from all derivations and from the lineage of runs, with symmetry and
// without.
#include "search_support.h"
#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

using campaign::Knowledge;
using campaign::LineageStatus;
using campaign::LineageSummary;

constexpr double kLargestExhaustiveSpace = 5'000;

void expect_golden(const GoldenRow& row, Knowledge knowledge, bool use_symmetry) {
  SCOPED_TRACE(row.name);
  const auto experimenter = experimenter_of(row);
  const LineageSummary summary = searched(*experimenter, knowledge, use_symmetry);
  EXPECT_EQ(summary.status,
            row.vacuous ? LineageStatus::kVacuous : LineageStatus::kExhausted);
  if (row.vacuous) return;
  EXPECT_EQ(summary.knowledge, knowledge);
  EXPECT_EQ(texts_of(sets_of(summary), *experimenter), row.minimal);
  for (const campaign::LineageFinding& finding : summary.findings) {
    EXPECT_FALSE(finding.broken.empty());
    EXPECT_GT(finding.subsets_run, 0U);
  }
}

TEST(SearchModels, AllDerivationsGiveTheGoldenAnswers) {
  for (const GoldenRow& row : golden_rows()) expect_golden(row, Knowledge::kAll, false);
}

TEST(SearchModels, WithSymmetryTheOrbitsAreTheGoldenAnswers) {
  for (const GoldenRow& row : golden_rows()) expect_golden(row, Knowledge::kAll, true);
}

TEST(SearchModels, LineageOfRunsGivesTheGoldenAnswers) {
  for (const GoldenRow& row : golden_rows()) {
    expect_golden(row, Knowledge::kLineage, true);
  }
}

TEST(SearchModels, FromAllDerivationsEveryExperimentIsAFinding) {
  for (const GoldenRow& row : golden_rows()) {
    SCOPED_TRACE(row.name);
    const auto experimenter = experimenter_of(row);
    const LineageSummary summary = searched(*experimenter, Knowledge::kAll, false);
    EXPECT_EQ(summary.wrong_predictions, 0U);
    EXPECT_EQ(summary.experiments, 1 + summary.findings.size());
  }
}

TEST(SearchModels, ExhaustiveSearchAgreesWhereItEnds) {
  uint64_t sets = 0;
  for (const GoldenRow& row : golden_rows()) {
    const auto experimenter = experimenter_of(row);
    if (campaign::count_canonical(experimenter->space()) > kLargestExhaustiveSpace) {
      continue;
    }
    SCOPED_TRACE(row.name);
    const auto blind = campaign::search_exhaustively(*experimenter, {});
    ASSERT_TRUE(blind.ok());
    EXPECT_TRUE(blind->complete);
    EXPECT_EQ(static_cast<double>(blind->experiments),
              campaign::count_canonical(experimenter->space()));
    sets += blind->experiments;
    EXPECT_EQ(texts_of(FaultSets(blind->falsifiers.begin(), blind->falsifiers.end()),
                       *experimenter),
              row.minimal);
  }
  std::printf("%llu fault sets\n", static_cast<unsigned long long>(sets));
  EXPECT_GT(sets, 10'000U);
}

TEST(SearchModels, TheSameExperimentsInTheSameOrder) {
  for (const GoldenRow& row : golden_rows()) {
    SCOPED_TRACE(row.name);
    const LineageSummary once = searched(*experimenter_of(row), Knowledge::kAll, true);
    const LineageSummary again = searched(*experimenter_of(row), Knowledge::kAll, true);
    ASSERT_EQ(once.findings.size(), again.findings.size());
    for (size_t i = 0; i < once.findings.size(); ++i) {
      EXPECT_EQ(once.findings[i].faults, again.findings[i].faults);
    }
  }
}

/// dedalus.md section 12.1.
TEST(SearchModels, ThreePhaseCommitWithTwoCrashesHasEighteenPairs) {
  for (const GoldenRow& row : golden_rows()) {
    if (row.model != "3pc.ded" || row.spec.eot != 8 || row.spec.crashes != 2 ||
        row.spec.crash_model != CrashModel::kSend) {
      continue;
    }
    const auto experimenter = experimenter_of(row);
    const auto blind = campaign::search_exhaustively(*experimenter, {});
    ASSERT_TRUE(blind.ok());
    EXPECT_EQ(blind->experiments, 323U);
    const LineageSummary summary = searched(*experimenter, Knowledge::kAll, true);
    EXPECT_EQ(sets_of(summary).size(), 18U);
    EXPECT_EQ(summary.findings.size(), 6U);
    EXPECT_EQ(summary.symmetries, 6U);
    EXPECT_EQ(sets_of(summary),
              FaultSets(blind->falsifiers.begin(), blind->falsifiers.end()));
    return;
  }
  FAIL() << "no such row";
}

TEST(SearchModels, StopsAtTheFirst) {
  for (const GoldenRow& row : golden_rows()) {
    if (row.minimal.empty()) continue;
    SCOPED_TRACE(row.name);
    const auto experimenter = experimenter_of(row);
    campaign::LineageOptions options;
    options.stop_at_first = true;
    const auto summary = campaign::search_lineage(*experimenter, options);
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->status, LineageStatus::kStoppedAtFirst);
    EXPECT_EQ(summary->findings.size(), 1U);
    EXPECT_EQ(summary->exit_code(), 1);
    size_t smallest = SIZE_MAX;
    for (const auto& set : row.minimal) smallest = std::min(smallest, set.size());
    EXPECT_EQ(summary->findings.front().faults.size(), smallest);
  }
}

TEST(SearchModels, StopsWhenAsked) {
  const auto rows = golden_rows();
  const auto experimenter = experimenter_of(rows.front());
  campaign::LineageOptions options;
  options.stop = [] { return true; };
  const auto summary = campaign::search_lineage(*experimenter, options);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->status, LineageStatus::kStopped);
  EXPECT_EQ(summary->exit_code(), 3);
}

/// A counter that stops in every run, for one reason or another, has no bound over all of
/// them together.
TEST(SearchModels, WhatIsNotBoundedIsLearnedFromRuns) {
  const std::string program =
      "go(\"b\")@1; go(\"c\")@1; now(\"a\")@2;\n"
      "first(\"a\")@async :- go(\"b\");\n"
      "second(\"a\")@async :- go(\"c\");\n"
      "stop(N) :- first(N);\n"
      "stop(N) :- now(N), notin first(N), second(N);\n"
      "stop(N) :- now(N), notin first(N), notin second(N);\n"
      "full(N, 3) :- stop(N);\n"
      "level(N, 0) :- now(N);\n"
      "level(N, X + 1) :- level(N, X), notin full(N, X);\n"
      "pre(N, X) :- level(N, X);\n"
      "post(N, X) :- level(N, X), first(N);\n"
      "post(N, X) :- level(N, X), second(N), X > 0;\n";
  const FailureSpec spec{.eot = 2, .eff = 2, .crashes = 1, .nodes = {"a", "b", "c"}};
  ModelLimits limits;
  limits.grounding.max_tuples = 1000;
  const auto experimenter = experimenter_of(program, spec, limits);
  const LineageSummary summary = searched(*experimenter, Knowledge::kAuto, false);
  EXPECT_EQ(summary.knowledge, Knowledge::kLineage);
  EXPECT_NE(summary.knowledge_limit.find("level"), std::string::npos)
      << summary.knowledge_limit;
  const auto blind = campaign::search_exhaustively(*experimenter, {});
  ASSERT_TRUE(blind.ok());
  EXPECT_FALSE(blind->falsifiers.empty());
  EXPECT_EQ(sets_of(summary),
            FaultSets(blind->falsifiers.begin(), blind->falsifiers.end()));
}

}  // namespace
}  // namespace cutset::dedalus
