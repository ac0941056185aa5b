// Schedules: round trips, and files as data: fdsl/bad/*.yml say in their first line what
// is wrong.
#include "injector/fdsl.h"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.h"
#include "injector/finding_file.h"

namespace cutset::injector {
namespace {

const std::string kFolder = CUTSET_SOURCE_DIR "/tests/injector/fdsl/";

RequestFault fault(const std::string& call, const std::string& mode) {
  return {*identity::parse_call_id(call), *identity::parse_fault_mode(mode)};
}

std::vector<RequestFault> every_mode() {
  return {fault("shop:POST /orders#1 > stock:GET /items/:id{7?a=\"b\";body:00}#2",
                "error(503)"),
          fault("shop:POST /orders#1 > stock:GET /items/:id#*", "error_after(500)"),
          fault("shop:POST /orders#1", "refuse"),
          fault("shop:POST /orders#1 > pay:POST /x\\y#1", "timeout"),
          fault("shop:POST /orders#1 > pay:POST /\xc3\xa4'#1", "delay(250ms)"),
          fault("shop:POST /orders#1 > no:GET /%0A%7B${x}#1", "reset")};
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Fdsl, WhatIsWrittenReadsBackEqual) {
  const std::vector<std::string> services = {"shop", "stock", "pay", "no",
                                             "yes",  "404",   "true"};
  const Schedule schedule = make_schedule(services, every_mode(), "r-1",
                                          "order \"confirmed\"\nand more: #x", 12);
  const std::string text = write_fdsl(schedule);
  const auto back = parse_fdsl(text, "f");
  ASSERT_TRUE(back) << back.error().text() << "\n" << text;
  EXPECT_EQ(*back, schedule) << text;
  EXPECT_EQ(write_fdsl(*back), text);
}

TEST(Fdsl, WithoutFaultsThereIsNoMoment) {
  const Schedule schedule = make_schedule({"a"}, {}, "r", "g", 1);
  const std::string text = write_fdsl(schedule);
  EXPECT_EQ(text.find("moment"), std::string::npos);
  const auto back = parse_fdsl(text, "f");
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, schedule);
}

TEST(Fdsl, TheFormIsStable) {
  const Schedule schedule =
      make_schedule({"stock", "shop"},
                    {fault("shop:POST /orders#1 > stock:GET /items#1", "error(503)")},
                    "run-7", "order confirmed", 10);
  EXPECT_EQ(write_fdsl(schedule), *read_file(kFolder + "good/one-fault.yml"));
}

TEST(Fdsl, GoodFilesHaveNoProblem) {
  for (const std::string& file : files_in(kFolder + "good")) {
    for (const Error& problem : lint_fdsl(*read_file(file), file)) {
      ADD_FAILURE() << problem.text();
    }
  }
}

TEST(Fdsl, BadFilesNameTheirFirstProblem) {
  const auto files = files_in(kFolder + "bad");
  ASSERT_GE(files.size(), 20U);
  for (const std::string& file : files) {
    const std::string text = *read_file(file);
    const std::string first = text.substr(0, text.find('\n'));
    const auto problems = lint_fdsl(text, "f");
    ASSERT_FALSE(problems.empty()) << file;
    EXPECT_EQ("# expect: " + problems.front().text().substr(2), first) << file;
  }
}

Finding finding() {
  Finding result;
  result.id = "0123456789abcdef";
  result.name = "book: shop";
  result.verdict = "violated";
  result.outcomes = {{"right total", "violated", "$.total = 41\t\x01", "$.total = 42"},
                     {"ok", "held", "", "status 200"}};
  result.words = "tax answers 503 to orders: \"yes\" \\ 'no'";
  result.reproduced_k = 3;
  result.reproduced_n = 3;
  result.schedule =
      make_schedule({"shop", "stock", "pay", "no"}, every_mode(), "r", "g", 3);
  return result;
}

TEST(FindingFile, WhatIsWrittenReadsBackEqual) {
  const std::string text = write_finding(finding());
  const auto back = parse_finding(text, "f");
  ASSERT_TRUE(back) << back.error().text() << "\n" << text;
  EXPECT_EQ(*back, finding()) << text;
}

TEST(FindingFile, IsAScheduleForWhoWantsOnlyThat) {
  const auto schedule = parse_fdsl(write_finding(finding()), "f");
  ASSERT_TRUE(schedule) << schedule.error().text();
  EXPECT_EQ(*schedule, finding().schedule);
}

TEST(FindingFile, WithoutItsAnnotationItIsNotOne) {
  const auto result = parse_finding(write_fdsl(finding().schedule), "f");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the key \"cutset_finding\" is missing");
}

TEST(FindingFile, ProblemsHaveTheirPlace) {
  std::string text = write_finding(finding());
  text.replace(text.find("0123456789abcdef"), 16, "0123456789ABCDEF");
  const auto result = parse_finding(text, "f");
  ASSERT_FALSE(result);
  EXPECT_GT(result.error().line, 10);
  EXPECT_NE(result.error().message.find("16 hex digits"), std::string::npos);
}

}  // namespace
}  // namespace cutset::injector
