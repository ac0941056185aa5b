#include "report/journal_reader.h"

#include "report_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/report_html.h"
#include "report/report_junit.h"
#include "report/report_text.h"
#include "report/summary.h"

namespace cutset::report {
namespace {

std::vector<std::string> held_run() {
  return run_records(1, "r1", {}, "held", {"a"});
}

std::string error_of(const std::string& text) {
  const auto view = parse_journal(text, "j");
  return view.ok() ? "no error" : view.error().text();
}

TEST(JournalReader, ReadsWhatACampaignWrites) {
  const JournalView view = journal_of("shop");
  EXPECT_EQ(view.header.name, "bookshop");
  EXPECT_EQ(view.header.budget, 3);
  EXPECT_EQ(view.findings.size(), 9U);
  EXPECT_EQ(view.wrong_predictions.size(), 1U);
  ASSERT_TRUE(view.end);
  EXPECT_EQ(view.end->exhaustive, 127139U);
  EXPECT_EQ(view.experiments.front().runs.size(), 3U)
      << "fault-free runs are one experiment";
  ASSERT_NE(view.find_run("r0001"), nullptr);
  EXPECT_EQ(view.find_run("r0001")->result.execution.calls.size(), 17U);
  EXPECT_EQ(view.find_run("r9999"), nullptr);
  EXPECT_FALSE(view.cut_off);
}

TEST(JournalReader, ACutOffLastLineIsLeftOut) {
  const std::string whole = journal_text(held_run());
  const size_t result_line = whole.rfind("{\"type\":\"result\"");
  for (const size_t end : {result_line + 1, result_line + 30, whole.size() - 2}) {
    const auto view = parse_journal(whole.substr(0, end), "j");
    ASSERT_TRUE(view.ok()) << view.error().text();
    EXPECT_TRUE(view->cut_off);
    ASSERT_EQ(view->runs.size(), 1U);
    EXPECT_FALSE(view->runs[0].finished);
    EXPECT_EQ(summarize(*view).states[0], ExperimentState::kUnfinished);
  }
  const auto complete = parse_journal(whole.substr(0, whole.size() - 1), "j");
  ASSERT_TRUE(complete.ok());
  EXPECT_FALSE(complete->cut_off) << "only the line end is missing";
  EXPECT_TRUE(complete->runs[0].finished);
}

TEST(JournalReader, ADamagedLineInTheMiddleIsNamed) {
  const auto records = held_run();
  EXPECT_EQ(error_of(journal_text({records[0], "{\"type\":", records[1]})).substr(0, 6),
            "j:3:1:");
  EXPECT_EQ(error_of(journal_text({"[]"})), "j:2:1: expected one JSON object a line");
  EXPECT_EQ(error_of(journal_text({""})).substr(0, 6), "j:2:1:");
}

TEST(JournalReader, WhatDoesNotFitIsRefused) {
  const auto records = held_run();
  const std::string end = R"({"type":"end","status":"exhausted"})";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{records[1]}, "no plan stands before it"},
      {{records[0], records[0]}, "planned twice"},
      {{records[0], records[1], records[1]}, "two results"},
      {{end, end}, "after the end"},
      {{R"({"type":"wonder"})"}, "record type \"wonder\""},
      {{R"({"type":"end","status":"bored"})"}, "expected exhausted, stopped or failed"},
      {{R"({"type":"end","status":"exhausted","exit_code":1e300})"},
       "must be an integer"},
      {{R"({"type":"end","status":"exhausted","exit_code":256})"}, "not from 0 to 255"},
      {{R"({"type":"plan","experiment":-1,"run":"r"})"}, "not from 1"},
      {{R"({"type":"plan","experiment":1,"run":"r","faults":[{"event":"e","mode":"laugh"}]})"},
       "laugh"},
      {{R"({"type":"finding","id":"../../etc/passwd","status":"confirmed"})"},
       "expected 16 hex digits"},
      {{R"({"type":"finding","id":"0123456789abcdef","status":"maybe"})"},
       "expected confirmed or flaky"},
      {{"{\"type\":\"note\",\"text\":" + std::string(100, '[') + std::string(100, ']') +
        "}"},
       "nested deeper"},
  };
  for (const auto& [bad, message] : cases) {
    EXPECT_NE(error_of(journal_text(bad)).find(message), std::string::npos)
        << error_of(journal_text(bad));
  }
}

TEST(JournalReader, OtherFilesAreRefused) {
  EXPECT_NE(error_of("spans:\n").find("j:1:1: expected the journal of a campaign"),
            std::string::npos);
  EXPECT_NE(error_of(journal_text({"{\"type\":"})).find("the journal is damaged here"),
            std::string::npos);
  EXPECT_EQ(error_of(""), "j:1:1: the journal has no record: the campaign had not begun");
  EXPECT_NE(error_of("{\"type\":\"plan\"}\n").find("expected \"campaign\""),
            std::string::npos);
  EXPECT_NE(error_of("{\"type\":\"campaign\",\"schema_version\":2,\"cutset\":\"9.0\"}\n")
                .find("(9.0)"),
            std::string::npos);
  EXPECT_FALSE(read_journal("/nowhere/journal.jsonl").ok());
}

TEST(JournalReader, NeverFailsOtherThanByAnError) {
  // Every journal with one byte changed or cut anywhere is read or refused.
  std::vector<std::string> records = held_run();
  records.emplace_back(R"({"type":"end","status":"stopped","counts":{"held":1}})");
  const std::string whole = journal_text(records);
  size_t read = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const char byte : {'"', '{', '9', '\0', '\n'}) {
      std::string changed = whole;
      changed[i] = byte;
      read += parse_journal(changed, "j").ok() ? 1 : 0;
    }
    read += parse_journal(whole.substr(0, i), "j").ok() ? 1 : 0;
  }
  EXPECT_GT(read, 0U);
  EXPECT_LT(read, 6 * whole.size());
}

TEST(JournalReader, TheFindingsOfTheEndAreTheOnesThatCount) {
  const auto finding = [](const std::string& id, const std::string& shown_by) {
    return R"({"type":"finding","id":")" + id +
           R"(","experiment":2,"status":"confirmed","kind":"finding",)" +
           R"("faults":[{"event":"gateway:GET /#1 > a:GET /#1","mode":"refuse"}],"shown_by":")" +
           shown_by + R"(","run":"r2"})";
  };
  auto records = run_records(2, "r2", {{"gateway:GET /#1 > a:GET /#1", "refuse"}},
                             "violated", {"a"});
  records.push_back(finding("0000000000000001", ""));
  records.push_back(finding("0000000000000002", ""));
  const auto going_on = parse_journal(journal_text(records), "j");
  ASSERT_TRUE(going_on.ok()) << going_on.error().text();
  EXPECT_EQ(going_on->findings.size(), 2U);

  records.push_back(R"({"type":"end","status":"exhausted","findings":[)" +
                    finding("0000000000000002", "{refuse on another}") + "]}");
  const auto ended = parse_journal(journal_text(records), "j");
  ASSERT_TRUE(ended.ok()) << ended.error().text();
  ASSERT_EQ(ended->findings.size(), 1U);
  EXPECT_EQ(ended->findings[0].id, "0000000000000002");
  const std::string words =
      "needed no run of its own: under {refuse on another} these calls failed so by "
      "themselves";
  EXPECT_NE(report_text(*ended).find(words), std::string::npos);
  EXPECT_NE(report_junit(*ended).find(words), std::string::npos);
  EXPECT_NE(report_html(*ended).find(words), std::string::npos);
}

TEST(JournalReader, AnUnreachablePlanIsNoOpenQuestion) {
  auto records =
      run_records(2, "r2", {{"gateway:GET /#1 > a:GET /#1", "refuse"}}, "held", {"b"});
  const std::string inconclusive = "\"verdict\":\"inconclusive\"";
  records[1].replace(records[1].find("\"verdict\":\"held\""), 16, inconclusive);
  const auto open = parse_journal(journal_text(records), "j");
  ASSERT_TRUE(open.ok()) << open.error().text();
  EXPECT_EQ(summarize(*open).states[0], ExperimentState::kInconclusive);
  records.emplace_back(
      R"({"type":"note","text":"experiment 2: {refuse on a} cannot be reached"})");
  const auto closed = parse_journal(journal_text(records), "j");
  ASSERT_TRUE(closed.ok());
  EXPECT_EQ(summarize(*closed).states[0], ExperimentState::kUnreachable);
}

}  // namespace
}  // namespace cutset::report
