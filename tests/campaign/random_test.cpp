// Random applications against exhaustive search: the same minimal breaking sets, none
// wrong, never more experiments than a search with dynamic reduction.
// CUTSET_RANDOM_APPLICATIONS sets how many of each family (default 700).
#include <cstdlib>

#include "exhaustive_search.h"
#include "random_application.h"
#include "search.h"
#include <gtest/gtest.h>

namespace cutset::testing {
namespace {

constexpr uint64_t kMostExhaustive = 60'000;

uint64_t applications_per_family() {
  const char* text = std::getenv("CUTSET_RANDOM_APPLICATIONS");
  return text == nullptr ? 700 : std::strtoull(text, nullptr, 10);
}

struct Family {
  const char* name;
  RandomOptions options;
  uint64_t first_seed;
};

void PrintTo(const Family& family, std::ostream* out) {
  *out << family.name;
}

class RandomTest : public ::testing::TestWithParam<Family> {};

TEST_P(RandomTest, FindsTheSameMinimalSets) {
  const Family& family = GetParam();
  uint64_t applications = 0;
  uint64_t violating = 0;
  uint64_t exhaustive_sum = 0;
  uint64_t reduced_sum = 0;
  uint64_t found_sum = 0;
  uint64_t wrong_predictions = 0;
  uint64_t reporting_sum = 0;
  uint64_t confirmations_sum = 0;
  uint64_t more_than_reduced = 0;
  uint64_t more_by_time = 0;
  for (uint64_t seed = family.first_seed; applications < applications_per_family();
       ++seed) {
    const Application application = random_application(seed, family.options);
    if (!application.holds(200, std::vector<int>(application.handlers.size(), 1)))
      continue;
    const ExhaustiveResult exhaustive = search_exhaustively(application, kMostExhaustive);
    if (exhaustive.gave_up) continue;
    ++applications;
    const SearchResult found = search(application);
    ASSERT_EQ(found.summary.status, campaign::CampaignStatus::kExhausted)
        << found.summary.why << "\n"
        << to_text(application);
    EXPECT_EQ(to_text(found.minimal), to_text(exhaustive.minimal))
        << "seed " << seed << " " << to_text(application);
    const auto experiments = static_cast<uint64_t>(found.summary.experiments);
    const auto confirmations = static_cast<uint64_t>(found.summary.confirmations);
    // Time is nothing that dynamic reduction looks at: learning that it matters may cost
    // a few experiments.
    if (!family.options.time_outs) {
      EXPECT_LE(experiments - confirmations, exhaustive.reduced)
          << "seed " << seed << " " << to_text(application);
    }
    more_by_time += experiments - confirmations > exhaustive.reduced ? 1 : 0;
    more_than_reduced += experiments > exhaustive.reduced ? 1 : 0;
    reporting_sum += exhaustive.reduced_reporting;
    confirmations_sum += confirmations;
    violating += exhaustive.minimal.empty() ? 0 : 1;
    exhaustive_sum += exhaustive.experiments;
    reduced_sum += exhaustive.reduced;
    found_sum += static_cast<uint64_t>(found.summary.experiments);
    wrong_predictions += found.summary.wrong_predictions.size();
  }
  std::printf(
      "%-22s applications %4lu (violating %lu)  exhaustive %7lu  reduced %6lu (with its "
      "reports %6lu)  cutset %6lu "
      "(confirming %lu)  ratio %.3f  wrong predictions %lu  more than reduced: by "
      "confirming %lu, by learning of time "
      "%lu\n",
      family.name, applications, violating, exhaustive_sum, reduced_sum, reporting_sum,
      found_sum, confirmations_sum,
      static_cast<double>(found_sum) / static_cast<double>(reduced_sum),
      wrong_predictions, more_than_reduced - more_by_time, more_by_time);
  EXPECT_LE(more_by_time, applications / 200);
  EXPECT_LE(static_cast<double>(found_sum), 0.75 * static_cast<double>(reduced_sum));
}

INSTANTIATE_TEST_SUITE_P(
    Families, RandomTest,
    ::testing::Values(Family{"reactions", {false, false}, 1},
                      Family{"effects", {true, false}, 100'001},
                      Family{"effects and time-outs", {true, true}, 200'001}),
    [](const auto& tested) {
      std::string name = tested.param.name;
      for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace cutset::testing
