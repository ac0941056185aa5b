// The schedules of campaigns and findings; the language itself is tested as data
// (fdsl_files_test.cpp).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "injector/campaign_schedule.h"
#include "injector/fdsl/format.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/resolve.h"
#include "injector/fdsl/write.h"
#include "injector/fdsl/yaml11.h"
#include "injector/finding_file.h"

namespace cutset::injector {
namespace {

using fdsl::parse_schedule;
using fdsl::write_schedule;

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

TEST(Fdsl, WhatIsWrittenReadsBackEqual) {
  const std::vector<std::string> services = {"shop", "stock", "pay", "no",
                                             "yes",  "404",   "true"};
  const Schedule schedule = make_schedule(services, every_mode(), "r-1",
                                          "order \"confirmed\"\nand more: #x", 12);
  const std::string text = write_schedule(schedule);
  const auto back = parse_schedule(text, "f");
  ASSERT_TRUE(back) << back.error().text() << "\n" << text;
  EXPECT_EQ(*back, schedule) << text;
  EXPECT_EQ(write_schedule(*back), text);
}

TEST(Fdsl, WithoutFaultsThereIsNoMoment) {
  const Schedule schedule = make_schedule({"a"}, {}, "r", "g", 1);
  const std::string text = write_schedule(schedule);
  EXPECT_EQ(text.find("moment"), std::string::npos);
  const auto back = parse_schedule(text, "f");
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, schedule);
}

TEST(Fdsl, TheFormIsStable) {
  const Schedule schedule =
      make_schedule({"stock", "shop"},
                    {fault("shop:POST /orders#1 > stock:GET /items#1", "error(503)")},
                    "run-7", "order confirmed", 10);
  EXPECT_EQ(write_schedule(schedule), *read_file(kFolder + "accepted/one-fault.yml"));
}

TEST(Fdsl, TheFaultsOfACampaignComeBack) {
  const Schedule schedule =
      make_schedule({"shop", "stock", "pay", "no"}, every_mode(), "r", "g", 3);
  const auto back = parse_schedule(write_schedule(schedule), "f");
  ASSERT_TRUE(back) << back.error().text();
  const auto faults = request_faults(*back, "f");
  ASSERT_TRUE(faults) << faults.error().text();
  const auto planned = request_faults(schedule, "f");
  ASSERT_TRUE(planned);
  EXPECT_EQ(*faults, *planned);
  EXPECT_EQ(faults->size(), every_mode().size());
}

std::string why_not(const std::string& events) {
  const auto schedule = parse_schedule(
      "environment: {fdsl: 2}\nevents:\n- beginning: {shop: 1, stock: 1}\n" + events +
          "\n- end: 9",
      "f");
  if (!schedule) return "not read: " + schedule.error().text();
  const auto faults = request_faults(*schedule, "f");
  return faults ? "" : faults.error().text();
}

TEST(Fdsl, WhatACampaignCannotCarryOutIsNamedWithItsPlace) {
  const std::string rest =
      ": cutset run and replay carry out request faults on a whole identity (call: ..) "
      "that are armed at time 0; nothing is left out silently";
  const std::string at_zero = "- moment:\n    time: 0\n    services: {stock: ";
  const std::string call = "call: \"shop:GET /#1 > stock:GET /#1\", ";
  EXPECT_EQ(why_not(at_zero + "[fault: {target: {specific: [0]}, kill: }]}"),
            "f:6:24: the fault \"kill\"" + rest);
  EXPECT_EQ(why_not(at_zero + "[stop: {amount: 1}]}"), "f:6:24: \"stop\"" + rest);
  EXPECT_EQ(why_not(at_zero + "[fault: {target: {specific: [0]}, request: {operation: "
                              "GET /, action: refuse}}]}"),
            "f:6:24: the short form of a request fault" + rest);
  EXPECT_EQ(why_not(at_zero + "[fault: {target: {specific: [0]}, request: {" + call +
                    "action: corrupt}}]}"),
            "f:6:24: the action corrupt" + rest);
  EXPECT_EQ(why_not(at_zero + "[fault: {target: {specific: [0]}, request: {" + call +
                    "action: error, grpc_status: UNAVAILABLE}}]}"),
            "f:6:24: grpc_status" + rest);
  EXPECT_EQ(why_not("- moment: {time: 2, services: {stock: [stop: {amount: 1}]}}"),
            "f:4:3: a moment at 2 s" + rest);
  EXPECT_EQ(why_not("- moment: {when: {log: {service: stock, matches: x}}, timeout: 3, "
                    "services: {stock: [stop: {specific: [0]}]}}"),
            "f:4:3: a moment with \"when\"" + rest);
  EXPECT_EQ(why_not("- moment: {time: 0, mark: a}"), "");
}

TEST(Fdsl, SharesDifferFromFaultSeesIn23Cases) {
  int different = 0;
  for (int64_t percentage = 1; percentage <= 200; ++percentage) {
    for (int64_t alive = 0; alive <= 100; ++alive) {
      const bool differs =
          fdsl::share_of(percentage, alive) != fdsl::faultsee_share_of(percentage, alive);
      different += differs ? 1 : 0;
      if (percentage <= 100 && alive <= 20) {
        EXPECT_FALSE(differs);
      }
    }
  }
  EXPECT_EQ(different, 23);
  EXPECT_EQ(fdsl::share_of(7, 100), 7);
  EXPECT_EQ(fdsl::faultsee_share_of(7, 100), 8);
  EXPECT_EQ(fdsl::share_of(28, 25), 7);
  EXPECT_EQ(fdsl::faultsee_share_of(28, 25), 8);
}

TEST(Fdsl, NumbersOfYaml11) {
  const auto value = [](const std::string& text) -> std::optional<int64_t> {
    const auto number = fdsl::yaml11_number(text);
    if (!number) return std::nullopt;
    return number->value;
  };
  EXPECT_EQ(value("0"), 0);
  EXPECT_EQ(value("-7"), -7);
  EXPECT_EQ(value("010"), 8);
  EXPECT_EQ(value("0x1F"), 31);
  EXPECT_EQ(value("0b101"), 5);
  EXPECT_EQ(value("1_000"), 1000);
  EXPECT_EQ(value("1:30"), 90);
  EXPECT_EQ(value("1.9"), 1);
  EXPECT_EQ(value("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(value("9223372036854775808"), std::nullopt);
  for (const std::string text :
       {"", "-", "+", "08", "1:60", "10s", "x", ".", "0x", "_1"}) {
    EXPECT_EQ(value(text), std::nullopt) << text;
  }
  const std::vector<std::pair<std::string, std::string>> handed = {
      {"1.50", "1.5"},   {"yes", "true"}, {"off", "false"}, {"0x10", "16"},
      {"1_000", "1000"}, {"010", "8"},    {"a b", "a b"},   {"-x", "-x"}};
  for (const auto& [written, text] : handed) {
    EXPECT_EQ(fdsl::faultsee_argument(written), text) << written;
  }
}

TEST(Fdsl, PlacementsAreChecked) {
  const auto error = [](const std::string& hosts, const std::string& place) {
    const auto placement = fdsl::parse_placement(hosts, {place});
    return placement ? "" : placement.error().message;
  };
  EXPECT_EQ(error("a,b", "shop/1=b"), "");
  EXPECT_EQ(error("a,a", "shop=a"), "--hosts: \"a\" is named twice");
  EXPECT_EQ(error("a,,b", "shop=a"),
            "--hosts: expected names with commas between them, found \"a,,b\"");
  EXPECT_EQ(error("a", "shop"),
            "--place: expected SERVICE=HOST or SERVICE/SLOT=HOST, found \"shop\"");
  EXPECT_EQ(error("alpha", "shop=alpa"),
            "--place shop=alpa: the host \"alpa\" is not in --hosts, did you mean "
            "\"alpha\"?");
  const Schedule schedule = make_schedule({"shop"}, {}, "r", "g", 1);
  const auto plan = fdsl::make_plan(schedule, *fdsl::parse_placement("a", {"shop/1=a"}));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().message, "--place shop/1: the schedule has no such instance");
}

TEST(Fdsl, CommentsAreFoundAndTextIsNone) {
  const auto line = [](const std::string& text) {
    const auto formatted = fdsl::format_schedule(text, "f", fdsl::Output::kNative);
    EXPECT_TRUE(formatted.problems.empty());
    return formatted.comment_line;
  };
  const std::string mark = "events:\n- moment: {time: 0, mark: ";
  EXPECT_EQ(line(mark + "\"a # b\"}\n- end: 1\n"), 0);
  EXPECT_EQ(line(mark + "'a\n # b'}\n- end: 1\n"), 0);
  EXPECT_EQ(line(mark + "a#b}\n- end: 1\n"), 0);
  EXPECT_EQ(line(mark + "a } # b\n- end: 1\n"), 2);
  EXPECT_EQ(line(mark + "\"a # b\"}\n- end: 1\n# end\n"), 4);
}

/// Aliases of aliases grow without bound unless copies count.
TEST(Fdsl, BombsAreRefused) {
  std::string text = "environment: {fdsl: 2}\na: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'j'; ++name) {
    const std::string last = std::string("*") + static_cast<char>(name - 1);
    text += fmt::format("{0}: &{0} [{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}]\n", name,
                        last);
  }
  const auto schedule = parse_schedule(text + "events: *i\n", "f");
  ASSERT_FALSE(schedule);
  EXPECT_NE(schedule.error().message.find("aliases count as copies"), std::string::npos);
  const auto many = parse_schedule(
      "events:\n- beginning: {a: 10000}\n- moment: {time: 1, services: {a: [" +
          [] {
            std::string events;
            for (int i = 0; i < 11; ++i) {
              events += "fault: {target: {percentage: 100}, cpu: {duration: 1}}, ";
              events.insert(events.rfind("fault:"), "{");
              events.insert(events.size() - 2, "}");
            }
            return events;
          }() +
          "]}}\n- end: 2\n",
      "f");
  ASSERT_FALSE(many);
  EXPECT_NE(many.error().message.find("more than 100000 instances are hit"),
            std::string::npos)
      << many.error().text();
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
  Finding of_nodes = finding();
  of_nodes.nodes = R"({"steps":[{"faults":[{"mode":"crash"}]}]})";
  const auto again = parse_finding(write_finding(of_nodes), "f");
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(*again, of_nodes);
}

TEST(FindingFile, IsAScheduleForWhoWantsOnlyThat) {
  const auto schedule = parse_schedule(write_finding(finding()), "f");
  ASSERT_TRUE(schedule) << schedule.error().text();
  EXPECT_EQ(*schedule, finding().schedule);
}

TEST(FindingFile, WithoutItsAnnotationItIsNotOne) {
  const auto result = parse_finding(write_schedule(finding().schedule), "f");
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
