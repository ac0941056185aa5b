#include "report/supports.h"

#include "report_testing.h"
#include <gtest/gtest.h>

namespace cutset::report {
namespace {

const std::string kPrimary = "gateway:GET /#1 > primary:GET /#1";
const std::string kSecondary = "gateway:GET /#1 > secondary:GET /#1";

JournalView primary_and_secondary() {
  std::vector<std::string> records;
  const auto add = [&records](const std::vector<std::string>& more) {
    records.insert(records.end(), more.begin(), more.end());
  };
  add(run_records(1, "r1", {}, "held", {"primary", "other"}));
  add(run_records(1, "r2", {}, "held", {"primary", "other"}));
  add(run_records(2, "r3", {{kPrimary, "timeout"}}, "held", {"primary", "secondary"}));
  add(run_records(3, "r4", {{kPrimary, "timeout"}, {kSecondary, "refuse"}}, "violated",
                  {"primary", "secondary"}));
  auto view = parse_journal(journal_text(records), "j");
  EXPECT_TRUE(view.ok()) << view.error().text();
  return std::move(*view);
}

campaign::Finding finding_of(const identity::FaultMode& primary,
                             std::vector<identity::FaultMode> alternatives) {
  campaign::Finding finding;
  finding.faults = {{kPrimary, primary},
                    {kSecondary, {identity::FaultAction::kRefuse, 0, 0}}};
  finding.alternatives = {std::move(alternatives), {}};
  return finding;
}

TEST(Supports, EveryHeldRunShowsOneAndRepeatsAreCounted) {
  const auto supports = observed_supports(primary_and_secondary());
  ASSERT_EQ(supports.size(), 2U);
  EXPECT_EQ(supports[0].run, "r1");
  EXPECT_EQ(supports[0].shown, 2);
  EXPECT_EQ(supports[0].events.size(), 2U);
  EXPECT_EQ(supports[1].condition.size(), 1U);
  EXPECT_EQ(supports[1].events, std::vector<std::string>{kSecondary})
      << "what a fault took is not part of it";
}

TEST(Supports, AFindingCutsThoseWhoseConditionItMeets) {
  const auto supports = observed_supports(primary_and_secondary());
  const identity::FaultMode timeout{identity::FaultAction::kTimeout, 0, 0};
  const identity::FaultMode reset{identity::FaultAction::kReset, 0, 0};

  const campaign::Finding finding = finding_of(timeout, {});
  const auto cut = supports_cut(finding, supports);
  ASSERT_EQ(cut.size(), 2U);
  EXPECT_EQ(cut[0].cut_by.front().event, kPrimary);
  EXPECT_EQ(cut[1].cut_by.front().event, kSecondary);
  EXPECT_EQ(supports_cut_words(cut),
            "the fault-free one (2 calls) at primary's GET /#1; without primary's GET "
            "/#1, r3 (1 call) at "
            "secondary's GET /#1");

  EXPECT_EQ(supports_cut(finding_of(reset, {}), supports).size(), 1U)
      << "the fallback was seen after a timeout only";
  EXPECT_EQ(supports_cut(finding_of(reset, {timeout}), supports).size(), 2U)
      << "a mode of the same kind";
}

TEST(Supports, EveryAttemptCutsEachOfThem) {
  const auto supports = observed_supports(primary_and_secondary());
  campaign::Finding finding;
  finding.faults = {
      {"gateway:GET /#1 > primary:GET /#*", {identity::FaultAction::kRefuse, 0, 0}}};
  finding.alternatives.resize(1);
  EXPECT_EQ(supports_cut(finding, supports).size(), 1U);
}

}  // namespace
}  // namespace cutset::report
