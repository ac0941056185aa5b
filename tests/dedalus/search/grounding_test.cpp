// All derivations against runs: under every canonical fault set, each outcome holds in
// the model exactly if it holds in the run.
#include "dedalus/grounding/grounding.h"

#include "search_support.h"
#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

void expect_exact(ModelExperimenter& experimenter) {
  const auto model = experimenter.derivations({});
  ASSERT_TRUE(model.ok()) << model.error().text();
  model->check_invariants();
  campaign::CanonicalSampler sampler(experimenter.space(), 1);
  for (int i = 0; i < 200; ++i) {
    const campaign::FaultNumbers set = sampler.draw();
    const auto run = experimenter.run(set, campaign::RunDetail::kOutcomes);
    ASSERT_TRUE(run.ok());
    std::vector<uint32_t> broken;
    const std::vector<bool> holds = model->holds(set);
    for (uint32_t outcome = 0; outcome < holds.size(); ++outcome) {
      if (!holds[outcome]) broken.push_back(outcome);
    }
    EXPECT_EQ(broken, run->broken) << experimenter.space().text(set);
  }
}

TEST(Grounding, PredictsEveryOutcomeOfEveryModel) {
  for (const GoldenRow& row : golden_rows()) {
    SCOPED_TRACE(row.name);
    expect_exact(*experimenter_of(row));
  }
}

TEST(Grounding, CountsOverWhatMayBeThere) {
  const std::string program =
      "vote(\"c\", N)@async :- voter(N);\n"
      "voter(\"a\")@1; voter(\"b\")@1; voter(\"d\")@1;\n"
      "votes(C, count<N>, max<N>) :- weight(C, N);\n"
      "weight(C, W) :- vote(C, N), weighs(C, N, W);\n"
      "weighs(\"c\", \"a\", 1)@2; weighs(\"c\", \"b\", 2)@2; weighs(\"c\", \"d\", 2)@2;\n"
      "total(C, sum<W>, avg<W>, min<W>) :- weight(C, W);\n"
      "seen(\"x\", A, B) :- votes(_, A, B);\n"
      "pre(\"x\", A, B) :- seen(\"x\", A, B);\n"
      "pre(\"x\", A, B) :- first(\"x\", A, B);\n"
      "first(\"x\", 2, 2)@2;\n"
      "post(\"x\", A, B) :- seen(\"x\", A, B), total(\"c\", S, _, 1), S > 1;\n";
  const FailureSpec spec{
      .eot = 2, .eff = 2, .crashes = 1, .nodes = {"a", "b", "c", "d", "x"}};
  expect_exact(*experimenter_of(program, spec));
}

TEST(Grounding, UnrollsRecursionWithinAStep) {
  // Which of two links arrives decides who derives whom.
  const std::string program =
      "link(\"x\", A, B)@async :- wants(A, B);\n"
      "wants(\"a\", \"b\")@1; wants(\"b\", \"a\")@1; wants(\"b\", \"c\")@1;\n"
      "wants(\"c\", \"a\")@1; wants(\"a\", \"c\")@1;\n"
      "reach(X, A, B) :- link(X, A, B);\n"
      "reach(X, A, C) :- reach(X, A, B), reach(X, B, C);\n"
      "pre(X, A, B) :- reach(X, A, B);\n"
      "pre(\"x\", \"a\", \"a\") :- one(\"x\");\n"
      "one(\"x\")@2;\n"
      "post(X, A, B) :- reach(X, A, B), notin reach(X, A, \"d\");\n";
  const FailureSpec spec{.eot = 2, .eff = 2, .crashes = 2, .nodes = {"a", "b", "c", "x"}};
  const auto experimenter = experimenter_of(program, spec);
  expect_exact(*experimenter);
  const auto blind = campaign::search_exhaustively(*experimenter, {});
  ASSERT_TRUE(blind.ok());
  for (const auto knowledge :
       {campaign::Knowledge::kAll, campaign::Knowledge::kLineage}) {
    EXPECT_EQ(sets_of(searched(*experimenter, knowledge, false)),
              FaultSets(blind->falsifiers.begin(), blind->falsifiers.end()));
  }
}

/// What is absent at a later time because nothing is there yet may be there then.
TEST(Grounding, AnAbsenceBeforeItsTimeIsAskedAgain) {
  const std::string program =
      "p0(\"c\", 2)@1; p1(\"b\")@1; every(\"c\", 2)@1;\n"
      "p3(\"c\", \"b\", \"c\")@async :- notin p3(\"a\", T2, _)@100;\n"
      "p3(T2, \"a\", T2)@async :- p1(T2), notin p1(T1)@2;\n"
      "p1(T0)@next :- p0(T0, _);\n"
      "post(T0, T0) :- p3(T0, T1, T0);\n"
      "pre(X, Y) :- every(X, _)@1, every(Y, _)@1;\n";
  const FailureSpec spec{.eot = 3, .eff = 2, .crashes = 1, .nodes = {"a", "b", "c"}};
  const auto experimenter = experimenter_of(program, spec);
  expect_exact(*experimenter);
  EXPECT_EQ(sets_of(searched(*experimenter, campaign::Knowledge::kAll, false)).size(),
            2U);
}

/// Refused within the limits, with the relation that grew.
void expect_refused(const std::string& program, const std::string& relation,
                    std::vector<std::string> nodes = {"a", "b"}) {
  SCOPED_TRACE(relation);
  const FailureSpec spec{.eot = 3, .eff = 2, .crashes = 1, .nodes = std::move(nodes)};
  const auto space = campaign::FaultSpace::of(spec.nodes, 3, 2, 1);
  GroundingLimits limits;
  limits.max_tuples = 2'000;
  limits.max_firings = 20'000;
  const auto result = ground(program_of(program), spec, space, {}, limits);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kBadInput);
  EXPECT_NE(result.error().message.find(relation), std::string::npos)
      << result.error().message;
}

TEST(Grounding, HostileProgramsEndAtTheLimits) {
  std::string numbers;
  std::string weights;
  std::vector<std::string> senders{"z"};
  std::string links;
  for (int i = 0; i < 50; ++i) {
    numbers += "n(\"a\", " + std::to_string(i) + ")@1; ";
    links +=
        "l(\"a\", " + std::to_string(i) + ", " + std::to_string((i + 1) % 50) + ")@1; ";
  }
  const std::string end = "pre(X, Y) :- out(X, Y); post(X, Y) :- out(X, Y);";
  expect_refused(numbers + "out(X, A) :- n(X, A), n(X, B), n(X, C), n(X, D);" + end,
                 "out");
  expect_refused("out(\"a\", 0)@1; out(X, A + 1) :- out(X, A);" + end, "out");
  // Each weight may be lost by itself, so every sum is possible.
  for (int i = 0; i < 20; ++i) {
    senders.push_back("s" + std::to_string(i));
    weights += "w(\"" + senders.back() + "\", " + std::to_string(1 << i) + ")@1; ";
  }
  expect_refused(weights +
                     "g(\"z\", A)@async :- w(N, A); total(X, sum<A>) :- g(X, A);"
                     "out(X, A) :- total(X, A);" +
                     end,
                 "total", senders);
  // Everything derives everything within one step.
  expect_refused(links +
                     "m(\"b\", A, B)@async :- l(X, A, B);"
                     "r(X, A, B) :- m(X, A, B); r(X, A, C) :- r(X, A, B), r(X, B, C);"
                     "out(X, A) :- r(X, A, B);" +
                     end,
                 "r");
}

TEST(Grounding, StopsWhenAsked) {
  const auto rows = golden_rows();
  const auto experimenter = experimenter_of(rows.front());
  GroundingLimits limits;
  limits.stop = [] { return true; };
  const auto result =
      ground(experimenter->simulator().program(), experimenter->simulator().spec(),
             experimenter->space(), {}, limits);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace cutset::dedalus
