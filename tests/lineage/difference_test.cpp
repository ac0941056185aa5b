#include <algorithm>
#include <random>
#include <set>

#include "made_application.h"
#include "made_execution.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lineage/execution_difference.h"

namespace cutset::lineage {
namespace {

const std::string kA = "a:GET /#1";
const std::string kB = "a:GET /#1 > b:GET /#1";
const std::string kX = "a:GET /#1 > b:GET /#1 > x:GET /#1";
const std::string kC = "a:GET /#1 > c:GET /#1";
const std::string kD = "a:GET /#1 > d:GET /#1";

std::string text_of(const CallChange& change) {
  return fmt::format("{} {} [{}|{}]", change_name(change.kind), change.id, change.good,
                     change.bad);
}

/// The frontier, and behind an arrow what follows from it.
std::vector<std::string> text_of(const ExecutionDifference& difference) {
  std::vector<std::string> lines;
  for (const ChangeGroup& group : difference.groups) {
    lines.push_back(text_of(group.frontier));
    for (const CallChange& change : group.consequences)
      lines.push_back("-> " + text_of(change));
  }
  return lines;
}

std::vector<std::string> compared(const std::vector<Execution>& good,
                                  const std::vector<std::string>& bad) {
  const auto found = differences(good, {made_execution("bad", bad)});
  EXPECT_EQ(found.size(), 1U);
  return text_of(found.front());
}

const std::vector<Execution> kGood{made_execution("1", {kA, kB, kX, kC}),
                                   made_execution("2", {kA, kB, kX, kC})};
using Lines = std::vector<std::string>;

TEST(Difference, EqualRunsHaveNone) {
  EXPECT_EQ(compared(kGood, {kA, kB, kX, kC}), Lines());
}

TEST(Difference, TheDeepestFailureIsTheFrontier) {
  EXPECT_EQ(compared(kGood, {kA + " !", kB + " !", kX + " !"}),
            (Lines{"failed " + kX + " [200|503]", "-> failed " + kA + " [200|503]",
                   "-> failed " + kB + " [200|503]", "-> missing " + kC + " [200|]"}));
}

TEST(Difference, ACallerThatGaveUpByItselfIsTheFrontierOfWhatItDidNotCall) {
  EXPECT_EQ(compared(kGood, {kA + " !", kB + " !"}),
            (Lines{"failed " + kB + " [200|503]", "-> failed " + kA + " [200|503]",
                   "-> missing " + kX + " [200|]", "-> missing " + kC + " [200|]"}));
}

TEST(Difference, AMissingCallUnderAFineCallerIsAFrontier) {
  EXPECT_EQ(compared(kGood, {kA, kB, kC}), (Lines{"missing " + kX + " [200|]"}));
  EXPECT_EQ(compared(kGood, {kA, kC}),
            (Lines{"missing " + kB + " [200|]", "-> missing " + kX + " [200|]"}));
}

TEST(Difference, AFallbackFollowsFromWhatItStandsInFor) {
  EXPECT_EQ(compared(kGood, {kA, kB + " !", kD}),
            (Lines{"failed " + kB + " [200|503]", "-> missing " + kX + " [200|]",
                   "-> missing " + kC + " [200|]", "-> additional " + kD + " [|200]"}));
  EXPECT_EQ(compared(kGood, {kA, kB, kX, kC, kD}),
            (Lines{"additional " + kD + " [|200]"}));
}

TEST(Difference, TwoCausesAreTwoGroups) {
  EXPECT_EQ(compared(kGood, {kA, kB, kX + " !", kC + " !"}),
            (Lines{"failed " + kX + " [200|503]", "failed " + kC + " [200|503]"}));
}

TEST(Difference, WhatOnlySomeGoodRunsHaveIsNotMissed) {
  const std::string again = "a:GET /#1 > b:GET /#2";
  EXPECT_EQ(
      compared({made_execution("1", {kA, kB, again}), made_execution("2", {kA, kB})},
               {kA, kB}),
      Lines());
}

TEST(Difference, AFailureThatGoodRunsHaveTooIsNone) {
  EXPECT_EQ(
      compared({made_execution("1", {kA, kB + " !"}), made_execution("2", {kA, kB})},
               {kA, kB + " !"}),
      Lines());
}

TEST(Difference, AnotherStatusIsAChange) {
  Execution bad = made_execution("bad", {kA, kB, kX, kC});
  bad.calls[2].seen.status = 204;
  EXPECT_EQ(text_of(differences(kGood, {bad}).front()),
            (Lines{"other answer " + kX + " [200|204]"}));
}

TEST(Difference, TheMostSimilarGoodRunsOfTheEntryAreTaken) {
  std::vector<Execution> good = kGood;
  good.push_back(made_execution("3", {kA, kD}));
  good.push_back(made_execution("4", {kA + " !"}));
  good.push_back(made_execution("5", {"other:GET /#1"}));
  const auto found = differences(good, {made_execution("bad", {kA, kD + " !"}),
                                        made_execution("bad2", {"new:GET /#1"})});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].good_runs, 1);
  EXPECT_EQ(found[0].good_example, "3");
  EXPECT_EQ(text_of(found[0]), (Lines{"failed " + kD + " [200|503]"}));
  EXPECT_EQ(found[0].notes.size(), 1U);
  EXPECT_EQ(found[1].good_runs, 0);
  EXPECT_TRUE(found[1].groups.empty());
}

TEST(Difference, KeysThatAreNewInEachRunDoNotCount) {
  const auto run = [](const std::string& name, const std::string& key,
                      const std::string& mark) {
    return made_execution(name, {kA, kA + " > r:GET{" + key + "1}#1",
                                 kA + " > r:GET{" + key + "2}#1" + mark});
  };
  const auto found =
      differences({run("1", "p", ""), run("2", "q", "")}, {run("bad", "z", " !")});
  EXPECT_EQ(text_of(found.front()), (Lines{"failed " + kA + " > r:GET{~2}#1 [200|503]"}));
}

TEST(Difference, TheFrontierIsWhatWasMadeToFail) {
  int64_t compared_runs = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const MadeApplication application(random);
    const Execution good = application.run("good", {});
    for (const Call& call : good.calls) {
      if (call.parent < 0) continue;
      const auto found = differences({good}, {application.run("bad", {call.id.text()})});
      ASSERT_EQ(found.front().groups.size(), 1U);
      ASSERT_EQ(found.front().groups[0].frontier.id, call.id.text());
      ++compared_runs;
    }
  }
  EXPECT_GT(compared_runs, 3000);
}

}  // namespace
}  // namespace cutset::lineage
