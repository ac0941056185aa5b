// The answers of golden.json (which come from reference_test.py, a search of its own)
// against the evaluator: every minimal set violates, every proper subset of it holds; and
// where all fault sets can be tried, there is no other minimal one.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "golden.h"
#include <gtest/gtest.h>

#include "base/check.h"
#include "dedalus/evaluation/simulator.h"

namespace cutset::dedalus {
namespace {

constexpr double kLargestExhaustiveSpace = 300'000;

Simulator simulator_of(const GoldenRow& row) {
  auto simulator = Simulator::create(program_of(row), row.spec, {});
  CHECK(simulator.ok());
  return std::move(*simulator);
}

/// Every fault that the row allows.
std::vector<ModelFault> faults_of(const FailureSpec& spec) {
  std::vector<ModelFault> faults;
  const auto nodes = static_cast<NodeIndex>(spec.nodes.size());
  for (NodeIndex from = 0; from < nodes; ++from) {
    for (NodeIndex to = 0; to < nodes; ++to) {
      for (Time time = 1; from != to && time < spec.eff; ++time) {
        faults.push_back(ModelFault::omission(from, to, time));
      }
    }
    for (Time time = 1; spec.crashes > 0 && time < spec.eot; ++time) {
      faults.push_back(ModelFault::crash(from, time));
    }
  }
  return faults;
}

TEST(ModelsGolden, EverySetViolatesAndEveryProperSubsetHolds) {
  for (const GoldenRow& row : golden_rows()) {
    SCOPED_TRACE(row.text);
    Simulator simulator = simulator_of(row);
    EXPECT_EQ(simulator.vacuous(), row.verdict == RunVerdict::kVacuous);
    EXPECT_EQ(row.minimal.empty(), row.verdict != RunVerdict::kViolated);
    std::map<std::string, ModelFault> by_text;
    for (const ModelFault& fault : faults_of(row.spec)) {
      by_text.emplace(to_text(fault, row.spec), fault);
    }
    for (const auto& texts : row.minimal) {
      ASSERT_LT(texts.size(), 16U);
      for (uint32_t chosen = 0; chosen < 1U << texts.size(); ++chosen) {
        ModelFaultSet faults;
        for (size_t i = 0; i < texts.size(); ++i) {
          ASSERT_TRUE(by_text.contains(texts[i])) << texts[i];
          if ((chosen >> i & 1U) != 0) faults.push_back(by_text.at(texts[i]));
        }
        const bool all = chosen + 1 == 1U << texts.size();
        const auto verdict = simulator.judge(faults);
        ASSERT_TRUE(verdict.ok());
        EXPECT_EQ(*verdict, all ? RunVerdict::kViolated : RunVerdict::kHeld);
      }
    }
  }
}

/// A fault set as bits: which of faults_of() are in it.
using Bits = uint64_t;

/// Every choice of crashes, joined with every choice of losses; smaller sets first.
std::vector<Bits> all_sets(const std::vector<ModelFault>& faults, uint32_t crashes) {
  std::vector<Bits> sets = {0};
  for (size_t i = 0; i < faults.size(); ++i) {
    const Bits bit = Bits{1} << i;
    Bits excludes = 0;  // crashes of the same node
    Bits all_crashes = 0;
    for (size_t k = 0; k < faults.size(); ++k) {
      if (faults[k].kind != ModelFault::Kind::kCrash) continue;
      all_crashes |= Bits{1} << k;
      if (faults[k].node == faults[i].node) excludes |= Bits{1} << k;
    }
    const bool crash = faults[i].kind == ModelFault::Kind::kCrash;
    for (size_t known = 0, size = sets.size(); known < size; ++known) {
      const Bits set = sets[known];
      const bool allowed = (set & excludes) == 0 &&
                           std::popcount(set & all_crashes) < static_cast<int>(crashes);
      if (!crash || allowed) sets.push_back(set | bit);
    }
  }
  std::stable_sort(sets.begin(), sets.end(), [](Bits left, Bits right) {
    return std::popcount(left) < std::popcount(right);
  });
  return sets;
}

/// What violates and contains no smaller set that does. Judges every set, also those that
/// contain a smaller one.
std::vector<std::vector<std::string>> exhaustive(Simulator& simulator, uint64_t& tried) {
  const FailureSpec& spec = simulator.spec();
  const std::vector<ModelFault> faults = faults_of(spec);
  std::vector<Bits> minimal;
  std::vector<std::vector<std::string>> texts;
  for (const Bits set : all_sets(faults, spec.crashes)) {
    ModelFaultSet chosen;
    for (size_t i = 0; i < faults.size(); ++i) {
      if ((set >> i & 1U) != 0) chosen.push_back(faults[i]);
    }
    const auto verdict = simulator.judge(chosen);
    CHECK(verdict.ok());
    ++tried;
    const bool contains = std::any_of(minimal.begin(), minimal.end(), [set](Bits known) {
      return (known & set) == known;
    });
    if (*verdict != RunVerdict::kViolated || contains) continue;
    minimal.push_back(set);
    texts.push_back(texts_of(chosen, spec));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

double space_of(const FailureSpec& spec) {
  const auto nodes = static_cast<double>(spec.nodes.size());
  double crashes = 1;
  double choices = 1;
  for (uint32_t i = 0; i < spec.crashes; ++i) {
    choices *= (nodes - i) / (i + 1) * (spec.eot - 1);
    crashes += choices;
  }
  return crashes * std::exp2(nodes * (nodes - 1) * std::max(0, spec.eff - 1));
}

TEST(ModelsGolden, WhereAllFaultSetsCanBeTriedThereIsNoOther) {
  uint64_t tried = 0;
  int rows = 0;
  for (const GoldenRow& row : golden_rows()) {
    if (space_of(row.spec) > kLargestExhaustiveSpace) continue;
    SCOPED_TRACE(row.text);
    Simulator simulator = simulator_of(row);
    EXPECT_EQ(exhaustive(simulator, tried), row.minimal);
    ++rows;
  }
  std::printf("%d rows, %llu fault sets\n", rows, static_cast<unsigned long long>(tried));
  EXPECT_GE(rows, 30);
}

}  // namespace
}  // namespace cutset::dedalus
