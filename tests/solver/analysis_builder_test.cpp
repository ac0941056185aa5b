#include "report/analysis_builder.h"

#include <algorithm>
#include <random>
#include <set>

#include "made_application.h"
#include "made_execution.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::report {
namespace {

using lineage::Execution;
using lineage::made_execution;
using Ids = std::vector<std::string>;

const std::string kA = "a:GET /#1";
const std::string kB = "a:GET /#1 > b:GET /#1";
const std::string kB2 = "a:GET /#1 > b:GET /#2";
const std::string kC = "a:GET /#1 > c:GET /#1";
const std::string kD = "a:GET /#1 > d:GET /#1";
const std::string kQ = "a:GET /#1 > queue:send#1";

BuiltAnalysis built(const std::vector<Execution>& executions,
                    const AnalysisOptions& options = {}) {
  lineage::RequestClasses classes;
  for (const Execution& execution : executions) classes.add(execution);
  return build_analysis(classes, options);
}

const AnalysedCall& call_of(const AnalysedClass& one, const std::string& id) {
  const auto found =
      std::find_if(one.calls.begin(), one.calls.end(),
                   [&](const AnalysedCall& call) { return call.id == id; });
  EXPECT_NE(found, one.calls.end()) << id;
  return *found;
}

TEST(AnalysisBuilder, SaysWhatIsRedundantAndWhatIsNot) {
  const BuiltAnalysis analysis =
      built({made_execution("1", {kA, kB, kC, kQ + " ~"}),
             made_execution("2", {kA, kB + " !", kB2 + " ^", kC, kQ + " ~"}),
             made_execution("3", {kA, kB + " !", kB2 + " ^", kC, kQ + " ~"})});
  ASSERT_EQ(analysis.classes.size(), 1U);
  const AnalysedClass& one = analysis.classes[0];
  EXPECT_EQ(one.name, "a GET /");
  EXPECT_EQ(one.entry, kA);
  EXPECT_EQ(one.runs, 3);
  EXPECT_EQ(one.sampled, 3);
  EXPECT_EQ(one.outcomes, (Ids{"a answers GET /"}));
  EXPECT_EQ(one.single_points, (Ids{kC}));
  ASSERT_EQ(one.cuts.size(), 2U);
  EXPECT_EQ(one.cuts[0].ids, (Ids{kC}));
  EXPECT_EQ(one.cuts[1].ids, (Ids{kB, kB2}));
  EXPECT_DOUBLE_EQ(one.cuts[0].likelihood, 1.0 / 5);
  EXPECT_DOUBLE_EQ(one.cuts[1].likelihood, 3.0 / 5 * 1.0 / 4);
  EXPECT_TRUE(one.cuts_complete);
  ASSERT_EQ(one.redundancies.size(), 1U);
  EXPECT_EQ(one.redundancies[0].failed, (Ids{kB}));
  EXPECT_EQ(one.redundancies[0].instead, (Ids{kB2}));
  EXPECT_EQ(one.redundancies[0].runs, 2);
  EXPECT_EQ(one.redundancies[0].example, "2");
  EXPECT_TRUE(call_of(one, kB).redundant);
  EXPECT_EQ(call_of(one, kB).errors, 2);
  EXPECT_TRUE(call_of(one, kB2).redundant);
  EXPECT_TRUE(call_of(one, kB2).retry);
  EXPECT_EQ(call_of(one, kB2).words, "a -> b GET / #2");
  EXPECT_TRUE(call_of(one, kC).single_point);
  EXPECT_FALSE(call_of(one, kC).redundant);
  EXPECT_FALSE(call_of(one, kQ).awaited);
  EXPECT_FALSE(call_of(one, kQ).redundant);
  EXPECT_FALSE(call_of(one, kA).single_point);
  EXPECT_EQ(one.supports.size(), one.support_conditions.size());
  EXPECT_EQ(one.supports[0], (Ids{kB, kC}));
  EXPECT_TRUE(one.support_conditions[0].empty());
}

TEST(AnalysisBuilder, AFallbacksSupportHasItsCondition) {
  const BuiltAnalysis analysis = built(
      {made_execution("1", {kA, kB, kC}), made_execution("2", {kA, kB + " !", kD})});
  const AnalysedClass& one = analysis.classes[0];
  ASSERT_EQ(one.supports.size(), 2U);
  EXPECT_EQ(one.supports[0], (Ids{kB, kC}));
  EXPECT_EQ(one.support_conditions[0], Ids());
  EXPECT_EQ(one.supports[1], (Ids{kD}));
  EXPECT_EQ(one.support_conditions[1], (Ids{kB}));
  EXPECT_EQ(one.single_points, (Ids{kC}));
}

TEST(AnalysisBuilder, AnEntryThatNeverAnsweredHasNoCuts) {
  const BuiltAnalysis analysis = built({made_execution("1", {kA + " !", kB + " !"})});
  const AnalysedClass& one = analysis.classes[0];
  EXPECT_EQ(one.failed, 1);
  EXPECT_TRUE(one.cuts.empty());
  EXPECT_TRUE(one.single_points.empty());
  EXPECT_TRUE(std::any_of(one.notes.begin(), one.notes.end(), [](const auto& note) {
    return note.find("never seen to answer") != std::string::npos;
  }));
}

TEST(AnalysisBuilder, WhatCouldNotBeUsedIsNamed) {
  Execution broken = made_execution("2", {"other:GET /#1"});
  broken.problems = {"1 span whose parent is not in the trace"};
  AnalysisOptions options;
  options.most_classes = 1;
  const BuiltAnalysis analysis =
      built({made_execution("1", {kA, kB}), broken, made_execution("3", {"z:GET /#1"})},
            options);
  EXPECT_EQ(analysis.classes.size(), 1U);
  EXPECT_EQ(analysis.unused.size(), 2U);
}

bool any_has(const std::vector<std::string>& lines, const std::string& words) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.find(words) != std::string::npos;
  });
}

TEST(AnalysisBuilder, AFailureThatTheGraphDoesNotPredictIsReported) {
  const std::vector<Execution> answered = {
      made_execution("1", {kA, kB, kC}),
      made_execution("2", {kA, kB + " !", kB2 + " ^", kC})};
  std::vector<Execution> executions = answered;
  executions.push_back(made_execution("3", {kA + " !", kB, kC + " !"}));
  const AnalysedClass explained = built(executions).classes[0];
  EXPECT_EQ(explained.failed, 1);
  EXPECT_EQ(explained.unexplained_failures, 0);
  EXPECT_FALSE(any_has(explained.notes, "not explained"));
  EXPECT_EQ(call_of(explained, kB).survived, 1);
  EXPECT_EQ(call_of(explained, kC).errors, 1);
  EXPECT_EQ(call_of(explained, kC).survived, 0);

  executions.push_back(made_execution("5", {kA + " !", kB, kC}));
  const AnalysedClass one = built(executions).classes[0];
  EXPECT_EQ(one.unexplained_failures, 1);
  EXPECT_TRUE(any_has(one.notes,
                      "1 failed request is not explained by failed calls that the graph "
                      "has (trace 5): its cause is not in these traces"));

  // The retry answered, and the request failed all the same.
  executions.push_back(made_execution("4", {kA + " !", kB + " !", kB2 + " ^", kC}));
  const AnalysedClass two = built(executions).classes[0];
  EXPECT_EQ(two.unexplained_failures, 2);
  EXPECT_TRUE(any_has(two.notes, "2 failed requests are not explained"));
  EXPECT_TRUE(any_has(two.notes, "(one is trace 4)"));
}

TEST(AnalysisBuilder, IncompleteRequestsHaveTheirReasons) {
  std::vector<Execution> executions = {made_execution("1", {kA, kB})};
  const auto broken = [&](const std::string& run, std::vector<std::string> problems) {
    executions.push_back(made_execution(run, {"other:GET /#1"}));
    executions.back().problems = std::move(problems);
  };
  broken("8", {"1 span whose parent is not in the trace"});
  broken("3", {"12 spans whose parents are not in the trace"});
  broken("9", {"7 parts of 12 were lost"});
  // Those of a kind that is known are told there.
  executions.push_back(made_execution("2", {kA}));
  executions.back().problems = {"1 span whose parent is not in the trace"};
  EXPECT_EQ(built(executions).unused,
            (Ids{"2 incomplete requests: a parent span is missing (one is trace 3)",
                 "1 incomplete request: parts of were lost (trace 9)"}));

  for (char kind = 'a'; kind <= 'z'; ++kind)
    broken(std::string("x") + kind, {std::string("kind ") + kind});
  const std::vector<std::string> many = built(executions).unused;
  EXPECT_EQ(many.size(), lineage::RequestClasses::kMostReasons + 1);
  std::reverse(executions.begin(), executions.end());
  EXPECT_EQ(built(executions).unused, many);
  // 28 kinds, of which 20 have a line.
  EXPECT_EQ(many[0], "8 incomplete requests: other reasons (one is trace 9)");
}

/// All that is shown, to compare.
std::string text_of(const BuiltAnalysis& analysis) {
  std::string text;
  for (const AnalysedClass& one : analysis.classes) {
    text += one.name + " " + one.shape + "\n";
    for (const AnalysedCall& call : one.calls)
      text += fmt::format("{} {} {} {}{}{}{}{}\n", call.id, call.present, call.errors,
                          call.stable, call.awaited, call.retry, call.redundant,
                          call.single_point);
    for (const AnalysedCut& cut : one.cuts)
      text += fmt::format("cut {} {}\n", fmt::join(cut.ids, " + "), cut.likelihood);
    for (const AnalysedRedundancy& redundancy : one.redundancies)
      text += fmt::format("{} / {} {} {}\n", fmt::join(redundancy.failed, " + "),
                          fmt::join(redundancy.instead, " + "), redundancy.runs,
                          redundancy.example);
    for (const auto& support : one.supports)
      text += fmt::format("support {}\n", fmt::join(support, " + "));
    for (const AnalysedPass& pass : one.passes)
      text +=
          fmt::format("{} {} {} {}\n", pass.name, pass.nodes, pass.edges, pass.leaves);
    text += fmt::format("{}\n", fmt::join(one.notes, "\n"));
  }
  return text;
}

TEST(AnalysisBuilder, IsTheSameWhateverTheOrderOfTraces) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<Execution> executions;
    for (int application = 0; application < 3; ++application) {
      const lineage::MadeApplication made(random);
      const Execution clean = made.run(fmt::format("{}", application), {});
      executions.push_back(clean);
      for (int run = 0; run < 10; ++run) {
        std::set<std::string> failing;
        for (const lineage::Call& call : clean.calls) {
          if (random() % 5 == 0) failing.insert(call.id.text());
        }
        executions.push_back(made.run(fmt::format("{}.{}", application, run), failing));
      }
    }
    const BuiltAnalysis first = built(executions);
    std::set<std::string> names;
    for (const AnalysedClass& one : first.classes) {
      ASSERT_TRUE(names.insert(one.name).second);
      for (const AnalysedCall& call : one.calls)
        ASSERT_FALSE(call.single_point && call.redundant);
    }
    std::shuffle(executions.begin(), executions.end(), random);
    ASSERT_EQ(text_of(built(executions)), text_of(first));
  }
}

}  // namespace
}  // namespace cutset::report
