// Every source and every expectation of cutset.yaml, against a small server.
#include "injector/judge.h"

#include "tiny_server.h"
#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

using namespace std::chrono_literals;
using State = campaign::OutcomeResult::State;

/// A configuration with the given outcomes, its server, and everything a judge needs.
class JudgeTest : public ::testing::Test {
 protected:
  void configure(const std::string& outcomes,
                 const std::string& workload = "http: {service: a, path: /}") {
    const std::string text =
        "cutset: 1\nname: x\nservices:\n  a: {command: [run], ready: {tcp: "
        "true}}\nworkload: {" +
        workload + "}\n" + outcomes;
    ParsedConfig parsed = parse_config(text, "f", environment_variable);
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems.front().text();
    config_ = std::move(parsed.config);
    addresses_.services["a"] = {server_.address(), server_.address(), server_.address()};
  }

  void answered(int status, const std::string& body) {
    answer_.http = HttpAnswer{status, {}, body};
  }

  std::vector<campaign::OutcomeResult> judge() {
    Judge judge(
        config_, addresses_, client_,
        [this](const std::string&) -> Result<std::string> { return log_; }, stop_);
    auto results = judge.judge(answer_, &degradation_);
    EXPECT_TRUE(results) << results.error().text();
    return results ? *results : std::vector<campaign::OutcomeResult>{};
  }

  /// The state and the words of the only outcome.
  std::string one(const std::string& outcome) {
    configure("outcomes: [{name: o, " + outcome + "}]\n");
    const auto results = judge();
    if (results.size() != 1) return "?";
    return (results[0].state == State::kHeld ? "held: " : "violated: ") +
           results[0].found;
  }

  std::string page_ = R"({"count": 2, "items": [{"n": "x7"}], "none": null})";
  std::atomic<int> asked_{0};
  std::function<std::string()> page_now_ = [this] { return page_; };
  TinyServer server_{[this](const std::string& request) {
    ++asked_;
    return request.starts_with("GET /missing") ? http_answer(404, "no")
                                               : http_answer(200, page_now_());
  }};
  StopSignal stop_;
  HttpClient client_{&stop_};
  Config config_;
  AddressBook addresses_;
  WorkloadAnswer answer_;
  std::string log_ = "one\ntwo corrupt\n";
  std::string degradation_;
};

TEST_F(JudgeTest, TheAnswer) {
  answered(200, page_);
  EXPECT_EQ(one("answer: {status: 200}"), "held: status 200");
  EXPECT_EQ(one("answer: {status: [201, 500]}"), "violated: status 200");
  EXPECT_EQ(one("answer: {json: $.count, equals: 2}"), "held: $.count = 2");
  EXPECT_EQ(one("answer: {json: $.count, equals: 2.0}"), "held: $.count = 2");
  EXPECT_EQ(one("answer: {json: $.count, equals: \"2\"}"), "violated: $.count = 2");
  EXPECT_EQ(one("answer: {json: $.count, at_least: 2, at_most: 2}"), "held: $.count = 2");
  EXPECT_EQ(one("answer: {json: $.count, at_most: 1.5}"), "violated: $.count = 2");
  EXPECT_EQ(one("answer: {json: \"$.items[0].n\", matches: \"^x\\\\d$\"}"),
            "held: $.items[0].n = \"x7\"");
  EXPECT_EQ(one("answer: {json: \"$.items[1]\", exists: false}"), "held: no $.items[1]");
  EXPECT_EQ(one("answer: {json: $.none, exists: true}"), "held: $.none = null");
  EXPECT_EQ(one("answer: {json: $.items.length(), equals: 1}"),
            "held: $.items.length() = 1");
  EXPECT_EQ(one("answer: {json: $.items, equals: [{n: x7}]}"),
            "held: $.items = [{\"n\":\"x7\"}]");
  EXPECT_EQ(one("answer: {status: 200, json: $.x, equals: 1}"),
            "violated: status 200 and no $.x");
  EXPECT_TRUE(one("answer: {body_matches: count}").starts_with("held: body"));
}

TEST_F(JudgeTest, AnAnswerThatIsNotJsonOrHostile) {
  answered(200, "<html>");
  EXPECT_EQ(one("answer: {json: $.a, exists: false}"), "violated: no JSON");
  answered(200, "");
  EXPECT_EQ(one("answer: {json: $.a, exists: false}"), "violated: no body");
  answered(200, std::string(4'000'000, '['));
  EXPECT_EQ(one("answer: {json: $.a, exists: false}"), "violated: no JSON");
  answered(200, std::string(300, '[') + std::string(300, ']'));
  EXPECT_EQ(one("answer: {json: $.a, exists: false}"), "violated: no JSON");
  answered(200, "{\"a\":\"\xff\xfe\"}");
  EXPECT_EQ(one("answer: {json: $.a, exists: true}"), "violated: no JSON");
  answered(200, std::string(100'000, 'a'));
  EXPECT_TRUE(one("answer: {body_matches: \"(a*)*b\"}").starts_with("violated: body"));
}

TEST_F(JudgeTest, NoAnswerFailsEveryAnswerOutcome) {
  answer_.failure = "no answer within 5s";
  configure(
      "outcomes: [{name: a, answer: {status: 200}}, {name: b, answer: {json: $.x, "
      "exists: "
      "false}}]\n");
  const auto results = judge();
  ASSERT_EQ(results.size(), 2U);
  for (const auto& result : results) {
    EXPECT_EQ(result.state, State::kViolated);
    EXPECT_EQ(result.found, "no answer within 5s");
    EXPECT_TRUE(result.from_answer);
  }
  EXPECT_EQ(results[0].expected, "status 200");
}

TEST_F(JudgeTest, HttpIsAskedAgainUntilItHolds) {
  page_now_ = [this] { return "{\"count\": " + std::to_string(asked_.load()) + "}"; };
  EXPECT_EQ(
      one("http: {service: a, path: /}, expect: {json: $.count, equals: 4}, within: 5s"),
      "held: $.count = 4");
  EXPECT_EQ(asked_, 4);
}

TEST_F(JudgeTest, HttpIsViolatedAfterItsDeadline) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(one("http: {service: a, path: /}, expect: {json: $.count, equals: 1}, "
                "within: 80ms"),
            "violated: $.count = 2");
  EXPECT_GE(std::chrono::steady_clock::now() - started, 80ms);
  EXPECT_EQ(one("http: {service: a, path: /missing}, expect: {status: 200}, within: 0s"),
            "violated: status 404");
}

TEST_F(JudgeTest, AServiceThatIsGoneIsSaid) {
  configure(
      "outcomes: [{name: o, http: {service: a, path: /}, expect: {status: 200}, within: "
      "10ms}]\n");
  addresses_.services["a"].listen = "127.0.0.1:1";
  EXPECT_EQ(judge().at(0).found, "a: connection refused");
}

TEST_F(JudgeTest, Commands) {
  EXPECT_EQ(one("command: [sh, -c, \"echo fine; exit 3\"], expect: {exit_code: 3, "
                "output_matches: "
                "\"^fine$\"}"),
            "held: exit code 3 and output \"fine\"");
  EXPECT_EQ(one("command: [\"false\"], expect: {exit_code: 0}, within: 10ms"),
            "violated: exit code 1");
  EXPECT_EQ(
      one("command: [sh, -c, \"echo '{\\\"a\\\": 1}'\"], expect: {json: $.a, equals: 1}"),
      "held: $.a = 1");
}

TEST_F(JudgeTest, Logs) {
  EXPECT_EQ(one("log: {service: a}, expect: {absent: corrupt}, within: 0s"),
            "violated: \"two corrupt\" in the log");
  EXPECT_EQ(one("log: {service: a}, expect: {absent: panic}"),
            "held: nothing in the log");
  EXPECT_EQ(one("log: {service: a}, expect: {matches: \"^one$\"}"),
            "held: a matching line");
}

TEST_F(JudgeTest, ACommandAsWorkloadIsAnAnswerToo) {
  configure("outcomes: [{name: o, answer: {exit_code: 0, output_matches: ok}}]\n",
            "command: [client]");
  answer_.command = CommandOutcome{};
  answer_.command->exit_code = 0;
  answer_.command->output = "all ok\n";
  EXPECT_EQ(judge().at(0).state, State::kHeld);
}

const std::string kRefusal =
    "outcomes:\n  - {name: ok, answer: {status: 200}}\n"
    "  - {name: charged, http: {service: a, path: /}, expect: {json: $.count, equals: "
    "1}, within: "
    "10s}\n"
    "accepted:\n  degradations:\n    - name: refusal\n      all:\n        - answer: "
    "{status: 503}\n"
    "        - {http: {service: a, path: /}, expect: {json: $.count, equals: 0}, within: "
    "300ms}\n";

TEST_F(JudgeTest, ADegradationIsAcceptedAtOnce) {
  page_ = R"({"count": 0})";
  answered(503, "");
  configure(kRefusal);
  const auto started = std::chrono::steady_clock::now();
  const auto results = judge();
  EXPECT_EQ(results.at(0).state, State::kAccepted);
  EXPECT_EQ(results.at(1).state, State::kAccepted);
  EXPECT_EQ(degradation_, "refusal");
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s)
      << "it must not wait for `within`";
}

TEST_F(JudgeTest, ADegradationNeedsAllItsConditions) {
  page_ = R"({"count": 2})";
  answered(503, "");
  configure(kRefusal);
  config_.outcomes[1].check.within = 50ms;
  const auto results = judge();
  EXPECT_EQ(results.at(0).state, State::kViolated);
  EXPECT_EQ(results.at(1).state, State::kViolated);
  EXPECT_EQ(degradation_, "");
}

TEST_F(JudgeTest, WhatHeldStaysHeldInADegradation) {
  answered(503, "");
  configure(kRefusal);
  page_ = R"({"count": 0})";
  config_.outcomes[1].check.expect.equals = "0";
  const auto results = judge();
  EXPECT_EQ(results.at(0).state, State::kAccepted);
  EXPECT_EQ(results.at(1).state, State::kHeld);
}

TEST_F(JudgeTest, AStopEndsTheWaiting) {
  answered(200, "");
  configure(
      "outcomes: [{name: o, http: {service: a, path: /}, expect: {json: $.count, equals: "
      "9}, "
      "within: 1h}]\n");
  std::thread stopper([this] {
    std::this_thread::sleep_for(50ms);
    stop_.request();
  });
  Judge judge(
      config_, addresses_, client_,
      [](const std::string&) -> Result<std::string> { return std::string(); }, stop_);
  const auto result = judge.judge(answer_, nullptr);
  stopper.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted);
}

TEST_F(JudgeTest, AStopEndsACommand) {
  for (const std::string script : {"sleep 30", "exec >&- 2>&-; sleep 30"}) {
    StopSignal stop;
    std::thread stopper([&stop] {
      std::this_thread::sleep_for(50ms);
      stop.request();
    });
    CommandConfig command;
    for (const std::string& word : {std::string("sh"), std::string("-c"), script}) {
      command.arguments.push_back(TemplateText::literal(word));
    }
    const auto started = std::chrono::steady_clock::now();
    const auto result = run_configured_command(command, addresses_, nullptr, 20s, stop);
    stopper.join();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kInterrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
  }
}

}  // namespace
}  // namespace cutset::injector
