// Every row of every model by one command: what the lineage-driven search takes, beside
// exhaustive and random search of our own. The answers are those of golden.json. Line by
// line it is a step of scripts/acceptance.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "golden.h"
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "campaign/blind_search.h"
#include "campaign/lineage_campaign.h"
#include "dedalus/model_experimenter.h"

namespace cutset::dedalus {
namespace {

using Sets = std::vector<std::vector<std::string>>;

constexpr double kLargestExhaustiveSpace = 300'000;
constexpr uint64_t kSeeds = 25;
constexpr uint64_t kMostRandomRuns = 20'000;

std::unique_ptr<ModelExperimenter> experimenter_of(const GoldenRow& row) {
  auto experimenter = ModelExperimenter::create(program_of(row), row.spec, {});
  CHECK(experimenter.ok());
  return std::move(*experimenter);
}

Sets texts_of_all(const std::vector<campaign::FaultNumbers>& sets,
                  const ModelExperimenter& experimenter, const FailureSpec& spec) {
  Sets texts;
  for (const auto& set : sets) texts.push_back(texts_of(experimenter.faults(set), spec));
  std::sort(texts.begin(), texts.end());
  return texts;
}

/// "2 of 1, 3 of 2"; "none"
std::string sizes_of(const Sets& sets) {
  std::map<size_t, size_t> count;
  for (const auto& set : sets) ++count[set.size()];
  std::string text;
  for (const auto& [size, number] : count) {
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", number, size);
  }
  return text.empty() ? "none" : text;
}

/// "12345 in 0.312 s"; "4.5e+22 (not run)"
std::string exhaustive(const GoldenRow& row) {
  const auto experimenter = experimenter_of(row);
  const double space = campaign::count_canonical(experimenter->space());
  if (space > kLargestExhaustiveSpace) return fmt::format("{:.1e} (not run)", space);
  const auto begun = std::chrono::steady_clock::now();
  const auto blind = campaign::search_exhaustively(*experimenter, {});
  CHECK(blind.ok());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(blind->complete);
  EXPECT_EQ(texts_of_all(blind->falsifiers, *experimenter, row.spec), row.minimal);
  return fmt::format("{} in {:.3f} s", blind->experiments, took.count());
}

/// Mean of runs until the first violation; "-" where there is none to find.
std::string random_mean(const GoldenRow& row) {
  if (row.minimal.empty()) return "-";
  const auto experimenter = experimenter_of(row);
  uint64_t sum = 0;
  bool bounded = false;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    campaign::BlindOptions options;
    options.stop_at_first = true;
    options.max_experiments = kMostRandomRuns;
    const auto blind = campaign::search_randomly(*experimenter, seed, options);
    CHECK(blind.ok());
    bounded |= !blind->experiments_to_first.has_value();
    sum += blind->experiments_to_first.value_or(kMostRandomRuns);
  }
  return fmt::format("{}{:.1f}", bounded ? "> " : "",
                     static_cast<double>(sum) / static_cast<double>(kSeeds));
}

TEST(ModelsTable, EveryRowBesideExhaustiveAndRandomSearch) {
  for (const GoldenRow& row : golden_rows()) {
    SCOPED_TRACE(row.text);
    const auto experimenter = experimenter_of(row);
    const auto summary = campaign::search_lineage(*experimenter, {});
    ASSERT_TRUE(summary.ok()) << summary.error().text();
    EXPECT_EQ(summary->status, campaign::LineageStatus::kExhausted);
    std::vector<campaign::FaultNumbers> found;
    for (const auto& finding : summary->findings) {
      found.push_back(finding.faults);
      found.insert(found.end(), finding.orbit.begin(), finding.orbit.end());
    }
    const Sets sets = texts_of_all(found, *experimenter, row.spec);
    EXPECT_EQ(sets, row.minimal);
    const auto first = summary->experiments_to_first;
    std::printf(
        "%s\n",
        fmt::format(
            "{:<33} {:<12} exhaustive {:<18} random {:<8} cutset {:>2} in {:.3f} s, "
            "first {:<2}  minimal {}",
            row.model,
            fmt::format("{}/{}/{}{}", row.spec.eot, row.spec.eff, row.spec.crashes,
                        row.spec.crash_model == CrashModel::kStop ? " stop" : ""),
            exhaustive(row), random_mean(row), summary->experiments, summary->seconds,
            first ? std::to_string(*first) : "-", sizes_of(sets))
            .c_str());
  }
}

}  // namespace
}  // namespace cutset::dedalus
