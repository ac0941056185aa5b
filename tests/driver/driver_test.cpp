// Plans, operations, answers in RESP, values in JSON, conditions: everything of the
// driver that needs no system.
#include <random>
#include <set>

#include "driver/base64.h"
#include "driver/generator.h"
#include "driver/http_exchange.h"
#include "driver/plan_json.h"
#include "driver/resp.h"
#include "driver/settle.h"
#include <gtest/gtest.h>

namespace cutset::driver {
namespace {

using history::Value;

Plan full_plan() {
  Plan plan;
  plan.operations = {5,    2, "k-", {{"write", 2}, {"read", 1}}, 60, Milliseconds(5000),
                     12.5, 99};
  plan.target.resp =
      RespPlan{{"a:1"}, {"b:2", "c:3"}, "m", {{"read", {"SMEMBERS", "{key}"}}}};
  plan.target.timeout = Milliseconds(700);
  ConditionPlan equal;
  equal.at = {"a:1", "b:2"};
  equal.resp = {"INFO", "replication"};
  equal.field = "master_repl_offset";
  ConditionPlan one;
  one.kind = ConditionPlan::Kind::kExactlyOne;
  one.expected = "leader";
  one.at = {"x", "y"};
  one.command = {"sh", "-c", "echo {endpoint}"};
  plan.settle = {equal, one};
  plan.settle_within = Milliseconds(1);
  plan.final_within = Milliseconds(2);
  plan.final_f = "dequeue";
  return plan;
}

Plan http_plan() {
  Plan plan;
  plan.operations.count = 1;
  HttpRequestPlan put;
  put.path = "/v3/kv/put";
  put.headers = {{"x-a", "b"}};
  put.body = "{\"key\": \"{key:base64}\"}";
  put.value = "$.a[0].b";
  put.base64 = true;
  put.ok = {200, 201};
  put.absent = {404};
  put.fail = {503};
  plan.target.http = HttpPlan{{"h:80"}, {{"write", put}}};
  ConditionPlan all;
  all.kind = ConditionPlan::Kind::kAll;
  all.expected = "true";
  all.at = {"h:80"};
  all.http = put;
  plan.settle = {all};
  return plan;
}

TEST(PlanJson, ComesBackAsItWas) {
  Plan command;
  command.operations.duration = Milliseconds(3);
  command.target.command = CommandPlan{{"python3", "x.py"}, "/tmp"};
  for (const Plan& plan : {full_plan(), http_plan(), command}) {
    const Result<Plan> read = plan_from_json(plan_to_json(plan), "p");
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(*read, plan);
  }
}

TEST(PlanJson, SaysWhereItIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"[", "p: no JSON"},
      {"[]", "p: the plan: expected an object"},
      {R"({"format":"x"})", "p: format: expected \"cutset-driver-plan/1\""},
      {R"({"format":"cutset-driver-plan/1","operations":{}})",
       "p: operations: expected \"count\" or \"duration_ms\""},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1,"clients":0}})",
       "p: operations.clients: expected a whole number from 1 to 10000"},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":-1}})",
       "p: operations.count: expected a whole number from 0 to 10000000"},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1,"mix":{"read":0}}})",
       "p: operations.mix: expected an object with a weight above 0"},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1,"raet":1}})",
       "p: operations.raet: unknown key, did you mean \"rate\"? (known: clients, keys, "
       "prefix, "
       "mix, count, duration_ms, rate, seed)"},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1},"target":{}})",
       "p: target: expected one of resp, http, command"},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1},
           "target":{"resp":{"endpoints":["nohost"]}}})",
       "p: target.resp.endpoints: expected host:port, found \"nohost\""},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1},
           "target":{"http":{"endpoints":["a:1"],"requests":{"write":{"path":"x"}}}}})",
       "p: target.http.requests.write.path: expected a path that begins with \"/\""},
      {R"({"format":"cutset-driver-plan/1","operations":{"count":1},
           "target":{"resp":{"endpoints":["a:1"]}},"settle":[{"resp":["PING"]}]})",
       "p: settle[0].at: expected at least one endpoint"},
  };
  for (const auto& [text, error] : cases) {
    const Result<Plan> plan = plan_from_json(text, "p");
    ASSERT_FALSE(plan.ok()) << text;
    EXPECT_EQ(plan.error().text(), error) << text;
  }
}

TEST(Generator, SameSeedSameOperations) {
  OperationsPlan plan = full_plan().operations;
  plan.duration.reset();
  const auto all = [](const OperationsPlan& operations) {
    Generator generator(operations);
    std::vector<std::string> out;
    std::set<std::string> tokens;
    while (const auto ticket = generator.next()) {
      const Request request = generator.request(*ticket, 0, Value::nothing());
      out.push_back(request.f + request.key->json() +
                    (request.value ? request.value->json() : ""));
      if (!request.token.empty()) {
        EXPECT_TRUE(tokens.insert(request.token).second);
      }
    }
    return out;
  };
  const auto first = all(plan);
  EXPECT_EQ(first.size(), 60U);
  EXPECT_EQ(first, all(plan));
  plan.seed = 100;
  EXPECT_NE(first, all(plan));
  const auto reads = std::count_if(first.begin(), first.end(), [](const auto& text) {
    return text.starts_with("read");
  });
  EXPECT_GT(reads, 10);
  EXPECT_LT(reads, 30);
}

TEST(Generator, RateAndDuration) {
  OperationsPlan plan;
  plan.rate = 100;
  plan.duration = Milliseconds(250);
  Generator generator(plan);
  int count = 0;
  std::chrono::nanoseconds last{0};
  while (const auto ticket = generator.next()) {
    ++count;
    last = ticket->due;
  }
  EXPECT_EQ(count, 25);
  EXPECT_EQ(last, std::chrono::milliseconds(240));
}

TEST(Templates, AreFilled) {
  Request request;
  request.key = Value::of_text("k");
  request.value = Value::of_list({Value::nothing(), Value::of_text("n")});
  request.token = "t";
  EXPECT_EQ(
      filled(R"({"a": {"b": "{key:base64}"}, "c": [{old}, {new}], {token} {other} {)",
             request),
      R"({"a": {"b": "aw=="}, "c": [null, n], t {other} {)");
}

TEST(Base64, BothWays) {
  std::mt19937 random(3);
  for (int round = 0; round < 1000; ++round) {
    std::string bytes;
    for (unsigned i = random() % 20; i > 0; --i) bytes += static_cast<char>(random());
    const std::string text = to_base64(bytes);
    EXPECT_EQ(text.size() % 4, 0U);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(from_base64("Zm9vYg"), "foob");
  EXPECT_FALSE(from_base64("Z").has_value());
  EXPECT_FALSE(from_base64("Zm9?").has_value());
}

std::string encoded(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNothing:
      return "$-1\r\n";
    case Value::Kind::kNumber:
      return ":" + value.text + "\r\n";
    case Value::Kind::kText:
      return "$" + std::to_string(value.text.size()) + "\r\n" + value.text + "\r\n";
    default:
      break;
  }
  std::string out = "*" + std::to_string(value.items.size()) + "\r\n";
  for (const Value& item : value.items) out += encoded(item);
  return out;
}

Value random_answer(std::mt19937& random, int depth) {
  const unsigned kind = random() % (depth > 2 ? 3 : 4);
  if (kind == 0) return Value::nothing();
  if (kind == 1) return Value::of_number(static_cast<int>(random() % 100) - 50);
  if (kind == 2) return Value::of_text(std::string(random() % 9, '\n') + "\r\n$");
  Value list = Value::of_list({});
  for (unsigned i = random() % 4; i > 0; --i) {
    list.items.push_back(random_answer(random, depth + 1));
  }
  return list;
}

TEST(Resp, AnswersComeBackHoweverTheyAreCut) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    const Value value = random_answer(random, 0);
    const std::string whole = encoded(value);
    for (size_t cut = 0; cut < whole.size(); ++cut) {
      std::string_view part = std::string_view(whole).substr(0, cut);
      const auto answer = take_resp(part);
      ASSERT_TRUE(answer.ok()) << answer.error().text();
      ASSERT_FALSE(answer->has_value());
      ASSERT_EQ(part.size(), cut);
    }
    const std::string more = whole + "+next\r\n";
    std::string_view bytes = more;
    const auto answer = take_resp(bytes);
    ASSERT_TRUE(answer.ok());
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((*answer)->value, value);
    EXPECT_EQ(bytes, "+next\r\n");
  }
}

TEST(Resp, ErrorsAndNonsense) {
  std::string_view error = "-READONLY You can't write\r\n";
  const auto answer = take_resp(error);
  ASSERT_TRUE(answer.ok() && answer->has_value());
  EXPECT_TRUE((*answer)->is_error);
  EXPECT_EQ((*answer)->value.text, "READONLY You can't write");
  for (const char* text :
       {"HTTP/1.1 400\r\n", "$x\r\n", "$-2\r\n", "$3\r\nabcd\r\n", ":1x\r\n",
        "*2000000\r\n", "\r\n", "$99999999999999999999\r\n"}) {
    std::string_view bytes = text;
    EXPECT_FALSE(take_resp(bytes).ok()) << text;
  }
  EXPECT_EQ(resp_command({"SET", "k", ""}), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
}

TEST(HttpValues, WhereTheyStand) {
  HttpRequestPlan plan;
  const auto value = [&](const char* path, const char* body) {
    plan.value = path;
    const auto found = value_in(plan, body);
    return found.ok() ? found->json() : "error: " + found.error().message;
  };
  EXPECT_EQ(value("$.kvs[0].value", R"({"kvs":[{"value":"eA=="}]})"), "\"eA==\"");
  EXPECT_EQ(value("$.kvs[1].value", R"({"kvs":[{"value":"eA=="}]})"), "null");
  EXPECT_EQ(value("$.kvs[0].value", R"({"header":{}})"), "null");
  EXPECT_EQ(value("$.a", R"({"a":{"b":1}})"),
            "error: what stands at the value's place is an object");
  EXPECT_EQ(value("$.a", "<html>"), "error: the answer is no JSON: <html>");
  EXPECT_EQ(value("$.a", R"({"a":[1,true,null]})"), "[1,true,null]");
  plan.base64 = true;
  EXPECT_EQ(value("$.v", R"({"v":"eA=="})"), "\"x\"");
  EXPECT_EQ(value("$.v", R"({"v":"?"})"), "error: the value in the answer is no base64");
}

TEST(Conditions, OverAllAnswers) {
  using Kind = ConditionPlan::Kind;
  ConditionPlan condition;
  condition.at = {"a", "b", "c"};
  condition.resp = {"ROLE"};
  condition.expected = "master";
  const auto holds = [&](Kind kind, std::vector<Result<std::string>> answers) {
    condition.kind = kind;
    return compare(condition, answers).empty();
  };
  const Result<std::string> none = Error::unavailable("refused");
  EXPECT_TRUE(
      holds(Kind::kEqual, {std::string("7"), std::string("7"), std::string("7")}));
  EXPECT_FALSE(
      holds(Kind::kEqual, {std::string("7"), std::string("8"), std::string("7")}));
  EXPECT_FALSE(holds(Kind::kEqual, {std::string("7"), none, std::string("7")}));
  EXPECT_FALSE(holds(Kind::kEqual, {none, none, none}));
  EXPECT_TRUE(
      holds(Kind::kExactlyOne, {std::string("master"), none, std::string("slave")}));
  EXPECT_FALSE(
      holds(Kind::kExactlyOne, {std::string("master"), none, std::string("master")}));
  EXPECT_TRUE(
      holds(Kind::kAtLeastOne, {std::string("master"), none, std::string("master")}));
  EXPECT_FALSE(holds(Kind::kAtLeastOne, {none, none, none}));
  EXPECT_FALSE(holds(Kind::kAll, {std::string("master"), none, std::string("master")}));
  EXPECT_EQ(compare(condition, {std::string("master"), none, std::string("x")}),
            "ROLE: all master: found a master, b (refused), c x");
}

}  // namespace
}  // namespace cutset::driver
