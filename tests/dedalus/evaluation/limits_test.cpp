// Hostile models end at a stated bound, with an error that names it; and what the
// evaluator keeps between runs never changes an answer.
#include <chrono>

#include "random_model.h"
#include "run_text.h"
#include <gtest/gtest.h>

#include "dedalus/evaluation/simulator.h"
#include "dedalus/language/load.h"

namespace cutset::dedalus {
namespace {

const char* const kOutcome = "pre(\"a\", 0)@1; post(\"a\", 0)@1;\n";

Program program_of(const std::string& clauses) {
  const std::string text = clauses + kOutcome;
  Diagnosis diagnosis = diagnose_program(
      {"limit.ded"}, [&](const std::string&) { return Result<std::string>(text); });
  CHECK(diagnosis.program.has_value());
  return std::move(*diagnosis.program);
}

std::string error_of(const std::string& clauses, Time eot, SimulatorLimits limits) {
  const auto made = Simulator::create(
      program_of(clauses), {.eot = eot, .eff = 0, .crashes = 0, .nodes = {"a", "b"}},
      limits);
  return made.ok() ? "" : made.error().message;
}

TEST(Limits, CountingWithoutEndInAStep) {
  EXPECT_NE(
      error_of("n(\"a\", 0)@1; n(X, N + 1) :- n(X, N);", 2, {}).find("--max-tuples"),
      std::string::npos);
}

TEST(Limits, CountingWithoutEndOverSteps) {
  const std::string clauses =
      "n(\"a\", 1)@1; n(X, N * 3 + 1)@next :- n(X, N); n(X, N)@next :- n(X, N);\n";
  EXPECT_EQ(error_of(clauses, 100, {}), "");
  EXPECT_NE(error_of(clauses, 10'000, {}).find("more than 1000000 tuples"),
            std::string::npos);
}

TEST(Limits, CrossProducts) {
  std::string clauses = "p(A, N, M, K) :- n(A, N), n(_, M), n(_, K), n(_, L);\n";
  for (int i = 0; i < 200; ++i) clauses += "n(\"a\", " + std::to_string(i) + ")@1;\n";
  EXPECT_NE(error_of(clauses, 1, {}).find("--max-tuples"), std::string::npos);
  // The same few tuples again and again.
  clauses += "q(A) :- n(A, N), n(_, M), n(_, K), n(_, L);\n";
  clauses.erase(0, clauses.find('\n'));
  EXPECT_NE(error_of(clauses, 1, {}).find("uses its rules more than"), std::string::npos);
  // Joins that never fire are only ended by who waits for them.
  clauses += "r(A) :- n(A, N), n(_, M), n(_, K), n(_, L), N + M + K + L < 0;\n";
  clauses.erase(clauses.find("q(A)"), clauses.find("r(A)") - clauses.find("q(A)"));
  SimulatorLimits limits;
  const auto begin = std::chrono::steady_clock::now();
  limits.stop = [&] {
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(100);
  };
  EXPECT_EQ(error_of(clauses, 1, limits), "stopped during a run");
}

TEST(Limits, AMillionFacts) {
  Program program = program_of("n(\"a\", 0)@1; n(X, N)@next :- n(X, N);\n");
  const Fact fact = program.facts.front();
  for (int64_t i = 1; i < 1'000'000; ++i) {
    program.facts.push_back(fact);
    program.facts.back().columns[1] = i;
  }
  const FailureSpec spec{.eot = 3, .eff = 0, .crashes = 0, .nodes = {"a"}};
  const auto refused = Simulator::create(program, spec, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("--max-tuples"), std::string::npos);
  SimulatorLimits limits;
  limits.max_tuples = 10'000'000;
  auto made = Simulator::create(std::move(program), spec, limits);
  ASSERT_TRUE(made.ok()) << made.error().text();
  EXPECT_EQ(made->fault_free().tuples(*made->program().relation("n"), 4).size(),
            1'000'000U);
}

TEST(Limits, AreTheSameForStepsThatAreKept) {
  SimulatorLimits limits;
  limits.max_tuples = 40;
  auto made = Simulator::create(
      program_of(
          "n(\"a\", 1)@1; n(X, N)@next :- n(X, N); "
          "m(\"b\", N)@async :- n(\"a\", N); l(X, Y, M, N) :- m(X, N), n(Y, M);\n"
          "n(\"a\", N)@next :- many(_, N), notin m(\"b\", _);\n"
          "many(\"a\", 1)@2; many(\"a\", 2)@2; many(\"a\", 3)@2; many(\"a\", 4)@2;"),
      {.eot = 5, .eff = 3, .crashes = 0, .nodes = {"a", "b"}}, limits);
  ASSERT_TRUE(made.ok()) << made.error().text();
  const ModelFaultSet faults{ModelFault::omission(0, 1, 1)};
  for (int i = 0; i < 3; ++i) {
    const auto run = made->run(faults);
    ASSERT_FALSE(run.ok());
    EXPECT_NE(run.error().message.find("more than 40 tuples"), std::string::npos);
  }
}

/// Forgetting everything before every run, and never.
TEST(Limits, KeptStepsChangeNoAnswer) {
  SimulatorLimits forgetful;
  forgetful.max_kept_bytes = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const RandomModel model = random_model(seed);
    const auto program = model.program();
    if (!program.ok()) continue;
    auto kept = Simulator::create(*program, model.spec, {});
    auto forgotten = Simulator::create(*program, model.spec, forgetful);
    ASSERT_TRUE(kept.ok() && forgotten.ok());
    for (const ModelFaultSet& faults : model.fault_sets) {
      const auto a = kept->run(faults);
      const auto b = forgotten->run(faults);
      ASSERT_TRUE(a.ok() && b.ok());
      EXPECT_EQ(lines_of(*kept, *a), lines_of(*forgotten, *b)) << "seed " << seed;
      EXPECT_EQ(*forgotten->judge(faults), a->verdict()) << "seed " << seed;
    }
  }
}

TEST(Simulator, NamesWhatIsMissing) {
  Program program = program_of("n(\"a\", 0)@1;");
  program.relations[*program.relation("post")].name = "past";
  const FailureSpec spec{.eot = 2, .eff = 0, .crashes = 0, .nodes = {"a"}};
  const auto made = Simulator::create(std::move(program), spec, {});
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().message.find("no relation `post`"), std::string::npos);
}

TEST(Simulator, RefusesFaultsOfNoNodeOrTime) {
  auto made =
      Simulator::create(program_of("n(\"a\", 0)@1;"),
                        {.eot = 3, .eff = 2, .crashes = 1, .nodes = {"a", "b"}}, {});
  ASSERT_TRUE(made.ok());
  EXPECT_FALSE(made->judge({ModelFault::omission(0, 2, 1)}).ok());
  EXPECT_FALSE(made->judge({ModelFault::crash(0, 4)}).ok());
  EXPECT_FALSE(made->run({ModelFault::crash(0, 0)}).ok());
  EXPECT_FALSE(made->run({ModelFault::crash(0, 1), ModelFault::crash(0, 2)}).ok());
  EXPECT_TRUE(made->judge({ModelFault::crash(0, 3)}).ok());
}

}  // namespace
}  // namespace cutset::dedalus
