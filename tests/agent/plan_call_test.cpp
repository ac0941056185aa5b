// Plans that wait for calls, with the real agent and its proxies: a step is in place
// before the call it waits for is passed on, or before its answer is.
#include <thread>

#include "plan_fixture.h"
#include <gtest/gtest.h>

#include "base/text.h"

namespace cutset::agent::test {
namespace {

// Says each request that it has served before it answers it.
constexpr const char* kStock =
    "exec python3 -u -c '\n"
    "import http.server\n"
    "class Stock(http.server.BaseHTTPRequestHandler):\n"
    "  protocol_version = \"HTTP/1.1\"\n"
    "  def do_POST(self):\n"
    "    self.rfile.read(int(self.headers[\"content-length\"]))\n"
    "    print(\"served\", self.path)\n"
    "    self.send_response(200)\n"
    "    self.send_header(\"content-length\", \"0\")\n"
    "    self.end_headers()\n"
    "  def log_message(self, *args): pass\n"
    "http.server.ThreadingHTTPServer((\"127.0.0.1\", $PORT), Stock).serve_forever()'";

// One call after the other until one fails; says what it has seen of each.
constexpr const char* kCart =
    "exec python3 -u -c '\n"
    "import http.client, time\n"
    "while True:\n"
    "  try:\n"
    "    c = http.client.HTTPConnection(\"$PROXY\", timeout=20)\n"
    "    c.request(\"POST\", \"/reserve\", b\"1\")\n"
    "    print(\"seen\", c.getresponse().status)\n"
    "  except OSError as e:\n"
    "    print(\"failed\")\n"
    "    break\n"
    "time.sleep(60)'";

std::string with(std::string text, const std::string& word, const std::string& value) {
  return text.replace(text.find(word), word.size(), value);
}

size_t lines_with(const std::string& log, const std::string& word) {
  size_t found = 0;
  for (size_t at = log.find(word); at != std::string::npos; at = log.find(word, at + 1))
    ++found;
  return found;
}

class PlanCallTest : public PlanFixture {
 protected:
  /// A stock behind its proxy, and a cart that calls it from 1 s on.
  void begin_shop() {
    begin();
    v1::OpenProxiesRequest request;
    request.set_lease(controller_->token);
    request.add_services()->set_name("stock");
    grpc::ClientContext context;
    v1::OpenProxiesReply reply;
    const grpc::Status opened =
        controller_->stub().OpenProxies(&context, request, &reply);
    ASSERT_TRUE(opened.ok()) << opened.error_message();
    const std::string listen = reply.services(0).listen();
    stock_ =
        add_process("stock", with(kStock, "$PORT", listen.substr(listen.rfind(':') + 1)));
    cart_ = add_process("cart", with(kCart, "$PROXY", reply.services(0).proxy()));
    add_start("stock", 0);
    add_start("cart", 1500);
  }
  v1::Step* add_kill_at(uint64_t nth, bool end) {
    v1::Step* kill = add_triggered("kill", "stock", 30000);
    kill->mutable_kill();
    v1::CallTrigger* call = kill->mutable_when()->mutable_call();
    call->set_callee("stock");
    call->set_signature("POST /reserve");
    call->set_nth(nth);
    call->set_end(end);
    return kill;
  }
  void expect_failed() {
    EXPECT_TRUE(eventually([this] { return lines_with(log_of("cart"), "failed") > 0; },
                           milliseconds(10000)))
        << log_of("cart");
  }

  v1::Instance* stock_ = nullptr;
  v1::Instance* cart_ = nullptr;
};

TEST_F(PlanCallTest, ACrashBeforeTheFifthCallIsServed) {
  begin_shop();
  add_kill_at(5, false);
  run_plan();
  const auto events = events_until(v1::StepEvent::FIRED, "kill", milliseconds(30000));
  EXPECT_TRUE(story(events, "kill")
                  .starts_with("ARMED; TRIGGERED call N of stock, POST /reserve; FIRED"))
      << story(events, "kill");
  expect_failed();
  EXPECT_EQ(lines_with(log_of("stock"), "served /reserve"), 4u);
  EXPECT_EQ(lines_with(log_of("cart"), "seen 200"), 4u);
  EXPECT_EQ(close().problems_size(), 0);
}

TEST_F(PlanCallTest, ACrashAfterTheFifthCallWasServedAndBeforeItsAnswerIsSeen) {
  begin_shop();
  // The kill and the pause wait for the same answer; the cart must not see it before both
  // have been made.
  add_kill_at(5, true);
  v1::Step* pause = add_triggered("pause", "cart", 30000);
  *pause->mutable_when() = plan_.steps(2).when();
  pause->mutable_pause();
  pause->set_duration_ns(500'000'000);
  if (!can_freeze()) plan_.mutable_steps()->RemoveLast();
  run_plan();
  events_until(v1::StepEvent::FIRED, "kill", milliseconds(30000));
  EXPECT_EQ(lines_with(log_of("stock"), "served /reserve"), 5u);
  if (can_freeze()) {
    events_until(v1::StepEvent::VERIFIED, "pause");
    EXPECT_EQ(lines_with(log_of("cart"), "seen 200"), 4u) << log_of("cart");
  }
  expect_failed();
  EXPECT_EQ(lines_with(log_of("cart"), "seen 200"), 5u);
  EXPECT_EQ(close().problems_size(), 0);
}

TEST_F(PlanCallTest, CallsFailByTheirNumber) {
  begin_shop();
  const auto add_request = [this](const std::string& id, const std::string& signature,
                                  uint64_t nth, uint64_t count) {
    v1::RequestAction* request = add_step(id, "stock", 0)->mutable_request();
    request->set_callee("stock");
    request->set_signature(signature);
    request->set_nth(nth);
    request->set_count(count);
    request->set_action("error");
    request->set_status(503);
  };
  add_request("fail", "POST /reserve", 3, 2);
  add_request("never", "GET /reserve", 1, 1);
  add_request("too-late", "POST /reserve", 1'000'000'000, 1);
  // What follows begins with the step, not with its call.
  v1::Step* mark = plan_.add_steps();
  mark->set_id("mark");
  mark->mutable_mark()->set_text("begun");
  mark->mutable_when()->set_timeout_ns(30'000'000'000);
  mark->mutable_when()->mutable_step()->set_step("never");
  run_plan();
  const auto events = events_until(v1::StepEvent::FIRED, "fail", milliseconds(30000));
  EXPECT_EQ(story(events, "fail"),
            "ARMED; NOTE waits for calls N to N of stock, POST /reserve; FIRED call N of "
            "stock, POST /reserve: error(N)");
  ASSERT_NE(find(events, v1::StepEvent::FIRED, "mark"), nullptr);
  EXPECT_TRUE(eventually([this] { return lines_with(log_of("cart"), "seen 200") > 4; },
                         milliseconds(10000)))
      << log_of("cart");
  EXPECT_TRUE(
      log_of("cart").starts_with("seen 200\nseen 200\nseen 503\nseen 503\nseen 200\n"))
      << log_of("cart");
  const v1::ClosePlanReply closed = close();
  EXPECT_EQ(closed.problems_size(), 0);
  const std::vector<v1::StepEvent> all(closed.events().begin(), closed.events().end());
  EXPECT_TRUE(story(all, "fail").find("; UNDONE N of N calls failed so, N came") !=
              std::string::npos)
      << story(all, "fail");
  EXPECT_EQ(find(all, v1::StepEvent::UNDONE, "fail")->hits(), 2u);
  const v1::StepEvent* never = find(all, v1::StepEvent::NOT_REACHED, "never");
  ASSERT_NE(never, nullptr);
  EXPECT_EQ(never->error(), "call 1 of stock, GET /reserve did not come: none came");
  EXPECT_NE(find(all, v1::StepEvent::UNDONE, "never"), nullptr);
  const v1::StepEvent* late = find(all, v1::StepEvent::NOT_REACHED, "too-late");
  ASSERT_NE(late, nullptr);
  EXPECT_TRUE(late->error().starts_with(
      "call 1000000000 of stock, POST /reserve did not come: only "))
      << late->error();
}

TEST_F(PlanCallTest, ClosingThePlanLetsEverythingGo) {
  begin_shop();
  // A custom action that never ends holds the call until the plan is closed.
  v1::Step* step = add_triggered("wait", "stock", 30000);
  step->mutable_custom()->add_arguments("sleep");
  step->mutable_custom()->add_arguments("1000");
  v1::CallTrigger* call = step->mutable_when()->mutable_call();
  call->set_callee("stock");
  call->set_nth(3);
  run_plan();
  events_until(v1::StepEvent::TRIGGERED, "wait", milliseconds(30000));
  close();
  expect_nothing_left_but_agent();
}

TEST_F(PlanCallTest, WhatCannotBeSeenIsSaidWhenThePlanIsLoaded) {
  begin_shop();
  const auto add = [this](const std::string& id, const std::string& callee,
                          const std::string& caller, const std::string& signature,
                          uint64_t nth) {
    v1::Step* step = add_triggered(id, "stock", 1000);
    step->mutable_kill();
    v1::CallTrigger* call = step->mutable_when()->mutable_call();
    call->set_callee(callee);
    call->set_caller(caller);
    call->set_signature(signature);
    call->set_nth(nth);
  };
  stock_->add_addresses("127.0.0.1");
  cart_->add_addresses("127.0.0.1");
  v1::Instance* far = plan_.add_instances();
  far->mutable_name()->set_service("far");
  far->add_addresses("10.9.9.9");
  add("no-proxy", "cart", "", "", 1);
  add("grpc", "stock", "", "shop.Stock/Reserve", 1);
  add("zeroth", "stock", "", "", 0);
  add("stranger", "stock", "nobody", "", 1);
  add("shared", "stock", "cart", "", 1);
  add("good", "stock", "far", "POST /reserve", 1);
  const auto add_request = [this](const std::string& id, const std::string& callee,
                                  const std::string& action, int status, uint64_t count) {
    v1::RequestAction* request = add_step(id, "stock", 0)->mutable_request();
    request->set_callee(callee);
    request->set_nth(1);
    request->set_count(count);
    request->set_action(action);
    request->set_status(status);
  };
  add_request("elsewhere", "cart", "refuse", 0, 1);
  add_request("interim", "stock", "error", 100, 1);
  add_request("unknown", "stock", "corrupt", 0, 1);
  add_request("none", "stock", "refuse", 0, 0);
  v1::LoadPlanReply reply;
  ASSERT_TRUE(load(&reply).ok());
  std::string problems;
  for (const v1::StepProblem& problem : reply.problems())
    problems += problem.step() + ": " + problem.problem() + "\n";
  EXPECT_EQ(problems,
            "no-proxy: no proxy of \"cart\" is open on this host, so its calls are not "
            "seen here; open are: stock\n"
            "grpc: the call \"shop.Stock/Reserve\": a method and a path are expected, as "
            "in \"POST /reserve\"; the proxies see calls of HTTP/1.1, so for gRPC use a "
            "`message` with framing http2\n"
            "zeroth: the nth call is waited for with nth 0; 1 is the first\n"
            "stranger: calls from \"nobody\" cannot be told from others: the plan has no "
            "address of it; leave the caller out\n"
            "shared: calls from cart cannot be told from others: it has the address "
            "127.0.0.1 of stock/0, and no run is armed whose marks would tell; give it a "
            "host of its own, or leave the caller out\n"
            "elsewhere: no proxy of \"cart\" is open on this host, so its calls are not "
            "seen here; open are: stock\n"
            "interim: status 100; expected 200 to 599\n"
            "unknown: unknown fault \"corrupt\" (one of error, error_after, refuse, "
            "timeout, delay, reset)\n"
            "none: calls are failed with nth 1 and count 0; 1 is the first call, and the "
            "least\n");
}

}  // namespace
}  // namespace cutset::agent::test
