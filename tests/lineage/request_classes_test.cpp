#include "lineage/request_classes.h"

#include <algorithm>
#include <random>

#include "made_application.h"
#include "made_execution.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

RequestClasses classes_of(const std::vector<Execution>& executions,
                          RequestClasses::Limits limits = {}) {
  RequestClasses classes(limits);
  for (const Execution& execution : executions) classes.add(execution);
  return classes;
}

/// Everything about a result, to compare.
std::string text_of(const RequestClasses::Found& found) {
  std::string text = fmt::format("incomplete {} left out {} {}\n", found.incomplete,
                                 found.left_out, found.left_out_kinds);
  for (const RequestClass& one : found.classes) {
    text += fmt::format("{} | {} {:x} runs {} failed {} incomplete {} example {}\n",
                        one.name, one.entry, one.shape, one.runs, one.failed,
                        one.incomplete, one.example);
    for (size_t i = 0; i < one.identities.calls.size(); ++i) {
      const ClassCall& call = one.identities.calls[i];
      text += fmt::format("  {} present {} errors {} stable {} awaited {} retry {}\n",
                          one.identities.id(i), call.present, call.errors, call.stable,
                          call.awaited, call.retry);
    }
    for (const ClassRun& run : one.identities.runs) {
      text += "  " + run.run;
      for (const RunCall& call : run.calls)
        text += fmt::format(" {}{}", call.call, call.failed ? "!" : "");
      text += "\n";
    }
  }
  return text;
}

std::vector<std::string> ids_of(const RequestClass& one) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < one.identities.calls.size(); ++i)
    ids.push_back(one.identities.id(i));
  return ids;
}

TEST(RequestClasses, AreByEntryAndShapeWhateverTheNumberOfAttempts) {
  const auto found =
      classes_of({made_execution("1", {"a:GET /#1", "a:GET /#1 > b:GET /#1"}),
                  made_execution("2", {"a:GET /#1", "a:GET /#1 > b:GET /#1",
                                       "a:GET /#1 > b:GET /#2"}),
                  made_execution("3", {"a:GET /#1", "a:GET /#1 > c:GET /#1"}),
                  made_execution("4", {"z:GET /#1"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 3U);
  EXPECT_EQ(found.classes[0].name, "a GET /");
  EXPECT_EQ(found.classes[0].runs, 2);
  EXPECT_EQ(found.classes[1].name, "a GET / (2)");
  EXPECT_EQ(found.classes[2].name, "z GET /");
  // The second attempt of nothing that failed: there in one run and not in the other.
  EXPECT_FALSE(found.classes[0].identities.calls[2].stable);
  EXPECT_TRUE(found.classes[0].identities.calls[1].stable);
}

TEST(RequestClasses, RunsWithFailuresJoinTheMostSimilarFaultFreeClass) {
  const auto found =
      classes_of(
          {made_execution(
               "1", {"a:GET /#1", "a:GET /#1 > b:GET /#1", "a:GET /#1 > c:GET /#1"}),
           made_execution("2", {"a:GET /#1", "a:GET /#1 > x:GET /#1"}),
           made_execution("3", {"a:GET /#1 !", "a:GET /#1 > b:GET /#1 !"}),
           made_execution("4", {"a:GET /#1", "a:GET /#1 > b:GET /#1 !",
                                "a:GET /#1 > d:GET /#1", "a:GET /#1 > c:GET /#1"}),
           made_execution("5", {"other:GET /#1 !", "other:GET /#1 > b:GET /#1 !"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 3U);
  EXPECT_EQ(found.classes[0].runs, 2);
  EXPECT_EQ(found.classes[0].failed, 1);
  EXPECT_EQ(ids_of(found.classes[0]),
            (std::vector<std::string>{"a:GET /#1", "a:GET /#1 > b:GET /#1",
                                      "a:GET /#1 > d:GET /#1", "a:GET /#1 > c:GET /#1"}));
  EXPECT_EQ(found.classes[0].identities.calls[1].errors, 2);
  for (const ClassCall& call : found.classes[0].identities.calls)
    EXPECT_TRUE(call.stable);  // d and c differ for a reason that was seen
  EXPECT_EQ(found.classes[2].name, "other GET /");
  EXPECT_EQ(found.classes[2].failed, 1);
}

TEST(RequestClasses, IncompleteExecutionsAreCountedAndNotUsed) {
  Execution broken = made_execution("2", {"a:GET /#1"});
  broken.problems = {"1 span whose parent is not in the trace"};
  Execution unknown = made_execution("3", {"never:GET /#1"});
  unknown.problems = broken.problems;
  const RequestClasses classes = classes_of(
      {made_execution("1", {"a:GET /#1", "a:GET /#1 > b:GET /#1"}), broken, unknown});
  const auto found = classes.classes();
  ASSERT_EQ(found.classes.size(), 1U);
  EXPECT_EQ(found.classes[0].incomplete, 1);
  EXPECT_EQ(found.classes[0].runs, 1);
  EXPECT_EQ(found.classes[0].identities.runs.size(), 1U);
  EXPECT_EQ(found.incomplete, 1);
  EXPECT_EQ(classes.incomplete(), 2);
}

TEST(RequestClasses, EachRootIsARequestOfItsOwn) {
  const auto found =
      classes_of(
          {made_execution("1", {"a:GET /#1", "a:GET /#2", "b:GET /{7}#1",
                                "a:GET /#1 > c:GET /#1", "a:GET /#2 > c:GET /#1"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 2U);
  EXPECT_EQ(found.classes[0].runs, 2);
  EXPECT_EQ(found.classes[0].identities.calls[1].present, 2);
  EXPECT_EQ(found.classes[1].entry, "b:GET /#1");
}

TEST(RequestClasses, EqualCallsAtTheSameTimeAreNotStableNorIsWhatIsBelow) {
  const auto found =
      classes_of(
          {made_execution("1",
                          {"a:GET /#1",
                           "a:GET /#1 > b:GET /#1 =", "a:GET /#1 > b:GET /#1 > d:GET /#1",
                           "a:GET /#1 > b:GET /#2 =", "a:GET /#1 > b:GET /#2 > d:GET /#1",
                           "a:GET /#1 > b:GET /#3", "a:GET /#1 > c:GET /#1"}),
           // Once is enough: here they did not meet.
           made_execution(
               "2",
               {"a:GET /#1", "a:GET /#1 > b:GET /#1", "a:GET /#1 > b:GET /#1 > d:GET /#1",
                "a:GET /#1 > b:GET /#2", "a:GET /#1 > b:GET /#2 > d:GET /#1",
                "a:GET /#1 > b:GET /#3", "a:GET /#1 > c:GET /#1"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 1U);
  std::vector<std::string> unordered;
  for (size_t i = 0; i < found.classes[0].identities.calls.size(); ++i) {
    const ClassCall& call = found.classes[0].identities.calls[i];
    EXPECT_EQ(call.stable, !call.unordered);
    if (call.unordered) unordered.push_back(found.classes[0].identities.id(i));
  }
  EXPECT_EQ(unordered,
            (std::vector<std::string>{
                "a:GET /#1 > b:GET /#1", "a:GET /#1 > b:GET /#1 > d:GET /#1",
                "a:GET /#1 > b:GET /#2", "a:GET /#1 > b:GET /#2 > d:GET /#1"}));
}

TEST(RequestClasses, KeysThatDoNotRecurBecomeRanks) {
  const auto run = [](const std::string& name, const std::string& x,
                      const std::string& y) {
    const std::string call = "a:GET /#1 > redis:GET";
    return made_execution(name,
                          {"a:GET /#1", call + "{" + x + "}#1", call + "{" + y + "}#1",
                           call + "{" + x + "}#1 > disk:read#1"});
  };
  const auto one = classes_of({run("1", "p", "q")}).classes();
  EXPECT_EQ(one.classes[0].identities.id(1), "a:GET /#1 > redis:GET{p}#1");
  const auto same = classes_of({run("1", "p", "q"), run("2", "p", "q")}).classes();
  EXPECT_EQ(same.classes[0].identities.id(1), "a:GET /#1 > redis:GET{p}#1");
  EXPECT_EQ(same.classes[0].identities.ranked, 0);
  const auto other = classes_of({run("1", "p", "q"), run("2", "r", "s")}).classes();
  EXPECT_EQ(ids_of(other.classes[0]),
            (std::vector<std::string>{"a:GET /#1", "a:GET /#1 > redis:GET{~1}#1",
                                      "a:GET /#1 > redis:GET{~1}#1 > disk:read#1",
                                      "a:GET /#1 > redis:GET{~2}#1"}));
  EXPECT_EQ(other.classes[0].identities.ranked, 1);
  for (const ClassCall& call : other.classes[0].identities.calls)
    EXPECT_TRUE(call.stable);
}

TEST(RequestClasses, ARunThatFailedEarlyDoesNotMakeKeysUnstable) {
  const std::string call = "a:GET /#1 > redis:GET";
  const auto found =
      classes_of({made_execution("1", {"a:GET /#1", call + "{p}#1", call + "{q}#1"}),
                  made_execution("2", {"a:GET /#1 !", call + "{p}#1 !"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 1U);
  EXPECT_EQ(found.classes[0].identities.id(1), call + "{p}#1");
  EXPECT_EQ(found.classes[0].identities.calls[1].present, 2);
}

TEST(RequestClasses, WhatIsBelowAnUnstableCallIsUnstable) {
  const auto found =
      classes_of({made_execution(
                      "1", {"a:GET /#1", "a:GET /#1 > b:GET /#1", "a:GET /#1 > b:GET /#2",
                            "a:GET /#1 > b:GET /#2 > c:GET /#1",
                            "a:GET /#1 > b:GET /#1 > c:GET /#1"}),
                  made_execution("2", {"a:GET /#1", "a:GET /#1 > b:GET /#1",
                                       "a:GET /#1 > b:GET /#1 > c:GET /#1"})})
          .classes();
  ASSERT_EQ(found.classes.size(), 1U);
  std::vector<std::string> unstable;
  for (size_t i = 0; i < found.classes[0].identities.calls.size(); ++i) {
    if (!found.classes[0].identities.calls[i].stable)
      unstable.push_back(found.classes[0].identities.id(i));
  }
  EXPECT_EQ(unstable, (std::vector<std::string>{"a:GET /#1 > b:GET /#2",
                                                "a:GET /#1 > b:GET /#2 > c:GET /#1"}));
}

/// Runs of random applications under random failures, some of them incomplete.
std::vector<Execution> random_executions(std::mt19937_64& random) {
  std::vector<Execution> executions;
  const size_t applications = 1 + random() % 3;
  for (size_t i = 0; i < applications; ++i) {
    const MadeApplication application(random);
    const Execution clean = application.run(fmt::format("{}-clean", i), {});
    executions.push_back(clean);
    for (int run = 0; run < 30; ++run) {
      std::set<std::string> failing;
      for (const Call& call : clean.calls) {
        if (random() % 8 == 0) failing.insert(call.id.text());
      }
      executions.push_back(application.run(fmt::format("{}-{}", i, run), failing));
      if (random() % 10 == 0) executions.back().problems = {"cut off"};
    }
  }
  return executions;
}

TEST(RequestClasses, DoNotDependOnTheOrderOfRunsWhateverTheLimits) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Execution> executions = random_executions(random);
    const RequestClasses::Limits limits{1 + random() % 40, 1 + random() % 10,
                                        60 + random() % 400};
    const std::string expected = text_of(classes_of(executions, limits).classes());
    for (int i = 0; i < 3; ++i) {
      std::shuffle(executions.begin(), executions.end(), random);
      ASSERT_EQ(text_of(classes_of(executions, limits).classes()), expected);
    }
  }
}

TEST(RequestClasses, CountEveryRequestOnceAndKeepToTheirLimits) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::vector<Execution> executions = random_executions(random);
    const RequestClasses::Limits limits{5, 3, 100'000};
    const RequestClasses classes = classes_of(executions, limits);
    const auto found = classes.classes();
    int64_t all = found.incomplete + found.left_out;
    for (const RequestClass& one : found.classes) {
      all += one.runs + one.failed + one.incomplete;
      size_t failed = 0;
      for (const ClassRun& run : one.identities.runs) failed += run.failed ? 1 : 0;
      ASSERT_LE(failed, 3U);
      ASSERT_LE(one.identities.runs.size(), 13U);
    }
    ASSERT_EQ(all, static_cast<int64_t>(executions.size()));
    ASSERT_EQ(classes.requests(), all);
  }
}

TEST(RequestClasses, NothingIsUnstableInADeterministicApplication) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const MadeApplication application(random);
    const Execution clean = application.run("clean", {});
    RequestClasses classes;
    classes.add(clean);
    for (int run = 0; run < 30; ++run) {
      std::set<std::string> failing;
      for (const Call& call : clean.calls) {
        if (random() % 6 == 0) failing.insert(call.id.text());
      }
      classes.add(application.run(std::to_string(run), failing));
    }
    const auto found = classes.classes();
    ASSERT_EQ(found.classes.size(), 1U);
    for (size_t i = 0; i < found.classes[0].identities.calls.size(); ++i)
      ASSERT_TRUE(found.classes[0].identities.calls[i].stable)
          << found.classes[0].identities.id(i);
  }
}

TEST(RequestClasses, MemoryIsBoundedHoweverManyShapesThereAre) {
  RequestClasses classes({1000, 200, 2000});
  for (int i = 0; i < 3000; ++i) {
    const std::string entry = "a:GET /#1";
    classes.add(made_execution(std::to_string(i),
                               {entry, fmt::format("{} > b{}:GET /#1", entry, i)}));
  }
  const auto found = classes.classes(10'000);
  int64_t sampled = 0;
  int64_t all = found.left_out;
  for (const RequestClass& one : found.classes) {
    all += one.runs;
    for (const ClassRun& run : one.identities.runs)
      sampled += static_cast<int64_t>(run.calls.size());
  }
  EXPECT_EQ(all, 3000);
  EXPECT_GT(found.left_out, 0);
  EXPECT_LE(sampled, 2000);
  EXPECT_GT(sampled, 500);
}

TEST(RequestClasses, TenThousandSiblingsWithKeysTakeLessThanASecond) {
  Execution execution;
  execution.run = "1";
  Call entry;
  entry.id.points = {{"a", "GET /", "", 1}};
  execution.calls.push_back(entry);
  for (int i = 0; i < 10'800; ++i) {
    Call call;
    call.id.points = {{"a", "GET /", "", 1}, {"b", "GET /", std::to_string(i), 1}};
    call.parent = 0;
    execution.calls.push_back(call);
  }
  RequestClasses classes;
  classes.add(execution);
  execution.run = "2";
  for (Call& call : execution.calls) {
    if (call.parent == 0) call.id.points[1].key += "x";
  }
  classes.add(execution);
  const auto start = std::chrono::steady_clock::now();
  const auto found = classes.classes();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_EQ(found.classes[0].identities.calls.size(), 10'801U);
}

}  // namespace
}  // namespace cutset::lineage
