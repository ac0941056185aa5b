// cutset.yaml as data: config/good must read without a problem; every file in config/bad
// says in its first line what its first problem is: `# expect: LINE:COLUMN: text`.
#include "injector/config.h"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {
namespace {

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/config/";

std::optional<std::string> variables(const std::string& name) {
  if (name == "COUNT") return "3";
  if (name == "EMPTY") return "";
  if (name == "HOSTILE") return "${self.port}";
  return std::nullopt;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string minimal(const std::string& more) {
  return "cutset: 1\nname: x\nservices:\n  a: {command: [run], ready: {tcp: true}}\n"
         "workload: {http: {service: a, path: /}}\n"
         "outcomes: [{name: ok, answer: {status: 200}}]\n" +
         more;
}

ParsedConfig parsed(const std::string& text) {
  return parse_config(text, "f.yaml", variables);
}

TEST(Config, GoodFilesHaveNoProblem) {
  const auto files = files_in(kFolder + "good");
  ASSERT_GE(files.size(), 2U);
  for (const std::string& file : files) {
    for (const Error& problem :
         parse_config(*read_file(file), file, variables).problems) {
      ADD_FAILURE() << problem.text();
    }
  }
}

TEST(Config, TheExamplesHaveNoProblem) {
  for (const std::string name : {"bookshop", "bookshop/fixed"}) {
    const std::string file = CUTSET_SOURCE_DIR "/examples/" + name + "/cutset.yaml";
    for (const Error& problem : lint_config(file)) ADD_FAILURE() << problem.text();
  }
}

TEST(Config, TheExampleOfTheReferenceIsReadable) {
  const std::string page = *read_file(CUTSET_SOURCE_DIR "/docs/cutset-yaml.md");
  const size_t begin = page.find("```yaml\n") + 8;
  const std::string example = page.substr(begin, page.find("```", begin) - begin);
  int unknown_services = 0;
  for (const Error& problem : parsed(example).problems) {
    // It shows a part of a system: other services than "payment" are left out.
    const bool expected =
        problem.message.find("there is no service") != std::string::npos;
    EXPECT_TRUE(expected) << problem.text();
    unknown_services += expected ? 1 : 0;
  }
  EXPECT_GT(unknown_services, 0);
}

TEST(Config, BadFilesNameTheirFirstProblem) {
  const auto files = files_in(kFolder + "bad");
  ASSERT_GE(files.size(), 30U);
  for (const std::string& file : files) {
    const std::string text = *read_file(file);
    const std::string first = text.substr(0, text.find('\n'));
    ASSERT_TRUE(first.starts_with("# expect: ")) << file;
    const auto problems = parse_config(text, "f", variables).problems;
    ASSERT_FALSE(problems.empty()) << file;
    EXPECT_EQ("# expect: " + problems.front().text().substr(2), first) << file;
  }
}

TEST(Config, WhatIsOnlyPlayedNeedsNoWorkloadAndNoOutcomes) {
  for (const std::string& file : files_in(kFolder + "played")) {
    const std::string text = *read_file(file);
    for (const ConfigPurpose purpose : {ConfigPurpose::kPlay, ConfigPurpose::kUnknown}) {
      for (const Error& problem : parse_config(text, file, variables, purpose).problems)
        ADD_FAILURE() << problem.text();
    }
    const auto problems = parse_config(text, file, variables).problems;
    ASSERT_EQ(problems.size(), 2U) << "a campaign needs both";
    EXPECT_EQ(problems[0].message, "the key \"workload\" is missing");
    EXPECT_EQ(problems[1].message, "the key \"outcomes\" is missing");
  }
  // Who has one of them means a campaign.
  const std::string half =
      "cutset: 1\nname: x\nservices: {a: {command: [run], ready: "
      "{tcp: true}}}\nworkload: {http: {service: a}}\n";
  EXPECT_FALSE(
      parse_config(half, "f", variables, ConfigPurpose::kUnknown).problems.empty());
}

TEST(Config, AllProblemsAreCollected) {
  const auto problems =
      parsed(minimal("budget: {fualts: 1, time: 3}\nsettle: {quiet: fast}\n")).problems;
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].line, 7);
  EXPECT_EQ(problems[2].line, 8);
}

TEST(Config, DefaultsAreThoseOfTheReference) {
  const auto result = parsed(minimal(""));
  ASSERT_TRUE(result.problems.empty()) << result.problems.front().text();
  const Config& config = result.config;
  EXPECT_EQ(config.budget_faults, 2);
  EXPECT_FALSE(config.budget_time);
  EXPECT_EQ(config.fault_free_runs, 3);
  EXPECT_EQ(config.settle_quiet.count(), 5);
  EXPECT_EQ(config.settle_quiet_abandoned.count(), 150);
  EXPECT_EQ(config.settle_within.count(), 10'000);
  EXPECT_EQ(config.await_traces.count(), 2000);
  EXPECT_EQ(config.workload.within.count(), 10'000);
  EXPECT_EQ(config.services[0].ready.within.count(), 10'000);
  EXPECT_EQ(config.services[0].listen, "127.0.0.1:0");
  std::string modes;
  for (const ModeConfig& mode : config.modes) modes += mode.text() + " ";
  EXPECT_EQ(modes, "error(500) error(503) refuse timeout error_after(503) delay ");
}

TEST(Config, ValuesAreReadAsWritten) {
  const std::string file = kFolder + "good/everything.yaml";
  const auto result = parse_config(*read_file(file), file, variables);
  ASSERT_TRUE(result.problems.empty()) << result.problems.front().text();
  const Config& config = result.config;
  ASSERT_EQ(config.services.size(), 3U);
  EXPECT_EQ(config.services[1].folder, kFolder + "good/sub");
  EXPECT_EQ(config.services[2].ready.kind, Readiness::Kind::kLog);
  ASSERT_TRUE(config.workload.http);
  EXPECT_EQ(config.workload.http->body,
            R"({"isbn":7,"gift":true,"note":"yes","tags":["a",null]})");
  EXPECT_EQ(config.budget_faults, 3);
  EXPECT_EQ(config.budget_time->count(), 600'000);
  EXPECT_EQ(config.single_points_of_failure[1], "payment:GET /charges/:id");
  EXPECT_EQ(config.outcomes[1].check.expect.text(), "status 200 or 201 and $.total = 42");
  EXPECT_EQ(config.outcomes[2].check.within.count(), 2000);
  ASSERT_EQ(config.modes.size(), 3U);
  EXPECT_EQ(config.modes[2].mode.milliseconds, 500);
  EXPECT_EQ(config.services[0].environment[2].second.text(), "${literal} and ");
}

TEST(Config, EffectfulIsTheMethodUnlessDeclared) {
  const auto result = parsed(
      "cutset: 1\nname: x\nservices:\n  a: {command: [run], ready: {tcp: true}, "
      "effectful: "
      "[\"GET /charge\"], pure: [\"POST /search/:id\"]}\n"
      "workload: {http: {service: a, path: /}}\noutcomes: [{name: ok, answer: {status: "
      "200}}]\n");
  ASSERT_TRUE(result.problems.empty()) << result.problems.front().text();
  const Config& config = result.config;
  EXPECT_TRUE(config.is_effectful("a", "GET", "GET /charge"));
  EXPECT_FALSE(config.is_effectful("a", "GET", "GET /other"));
  EXPECT_FALSE(config.is_effectful("a", "POST", "POST /search/:id"));
  EXPECT_TRUE(config.is_effectful("a", "POST", "POST /order"));
  EXPECT_TRUE(config.is_effectful("unknown", "DELETE", "DELETE /"));
}

TEST(Config, WhatAVariableContainsIsOnlyText) {
  const auto result = parsed(
      "cutset: 1\nname: x\nservices:\n  a:\n    command: [run, \"${HOSTILE}\"]\n    "
      "ready: {tcp: "
      "true}\nworkload: {http: {service: a, path: /}}\noutcomes: [{name: ok, answer: "
      "{status: "
      "200}}]\n");
  ASSERT_TRUE(result.problems.empty()) << result.problems.front().text();
  EXPECT_EQ(result.config.services[0].command[1].text(), "${self.port}");
}

TEST(Config, AliasBombsAreBounded) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += (k > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  const auto problems = parsed(text).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("more than 100000 values"), std::string::npos);
}

TEST(Config, AliasesOfLongTextAreBounded) {
  std::string text = "a: &a " + std::string(500'000, 'x') + "\nb: [";
  for (int i = 0; i < 1000; ++i) text += "*a, ";
  const auto problems = parsed(text + "*a]\n").problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("too large"), std::string::npos);
}

TEST(Config, DepthAndSizeAreBounded) {
  auto problems = parsed(std::string(20'000, '[')).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "nested deeper than 32 levels");
  problems = parsed("a: " + std::string(kLargestFile, 'x')).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("larger than"), std::string::npos);
  problems = parsed(std::string("a: \0", 4)).problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("zero byte"), std::string::npos);
}

TEST(Config, AMissingFileIsNamed) {
  const auto result = load_config("no/such/cutset.yaml");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text().find("no/such/cutset.yaml"), std::string::npos);
  EXPECT_EQ(result.error().kind, ErrorKind::kBadInput);
}

}  // namespace
}  // namespace cutset::injector
