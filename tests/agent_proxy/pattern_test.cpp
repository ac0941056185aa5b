// Calls that fail by a pattern: which ones, how, and what is left when it is lifted. None
// of them carries a mark unless a test says so.
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "proxy_fixture.h"

#include "agent/proxy/call_patterns.h"

namespace cutset::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

agent::CallPattern pattern(const std::string& signature, uint64_t nth, uint64_t count,
                           const std::string& mode) {
  agent::CallPattern result;
  result.filter.callee = "stock";
  result.filter.signature = signature;
  result.filter.nth = nth;
  result.count = count;
  result.mode = *identity::parse_fault_mode(mode);
  return result;
}

class Patterns : public ProxyTest {
 protected:
  /// A pattern of the engine and what is told of it.
  struct Added {
    uint64_t id = 0;
    std::shared_ptr<agent::CallGate::Counts> counts =
        std::make_shared<agent::CallGate::Counts>();
    std::shared_ptr<std::string> on_what = std::make_shared<std::string>();
    std::shared_ptr<std::atomic<int>> told = std::make_shared<std::atomic<int>>(0);
  };
  Added add(const agent::CallPattern& what) {
    Added added;
    added.id = engine_->fail_calls(
        what,
        [on_what = added.on_what, told = added.told](const std::string& text) {
          *on_what = text;
          ++*told;
        },
        added.counts);
    return added;
  }

  Wire ask(const std::string& method, const std::string& target,
           const std::string& fields = "", const std::string& body = "") {
    Wire caller = dial_proxy();
    caller.send(request(method, target, fields, body));
    return caller;
  }
  int status_of(const std::string& method, const std::string& target,
                const std::string& fields = "", const std::string& body = "") {
    return ask(method, target, fields, body).read_message().status();
  }
};

TEST_F(Patterns, TheNthAndSoManyAfterItAndNoOthers) {
  serve_recording([](const Message&) { return ok("fine"); });
  EXPECT_EQ(status_of("POST", "/reserve"), 200);  // before: not counted
  const Added added = add(pattern("POST /reserve", 2, 2, "error(503)"));
  Wire caller = dial_proxy();
  std::vector<int> statuses;
  for (int i = 0; i < 5; ++i) {
    // With a body, on one connection, between calls of another operation.
    caller.send(request("POST", "/reserve?n=1", "", "two books"));
    statuses.push_back(caller.read_message().status());
    caller.send(request("GET", "/reserve"));
    EXPECT_EQ(caller.read_message().status(), 200);
  }
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 503, 200, 200}));
  EXPECT_EQ(received().size(), 1u + 3 + 5);
  EXPECT_EQ(*added.told, 1);
  EXPECT_EQ(*added.on_what, "call 2 of stock, POST /reserve: error(503)");
  EXPECT_EQ(added.counts->seen, 5u);
  EXPECT_EQ(added.counts->fired, 2u);
}

TEST_F(Patterns, WithPlaceholdersOrWithoutOrAny) {
  serve([](const Message&) { return ok("fine"); });
  const Added items = add(pattern("GET /items/:id", 2, 1, "error(500)"));
  const Added seven = add(pattern("GET /items/7", 3, 1, "error(501)"));
  const Added any = add(pattern("", 4, 1, "error(502)"));
  EXPECT_EQ(status_of("GET", "/items/7"), 200);
  EXPECT_EQ(status_of("GET", "/items/7"), 500);
  EXPECT_EQ(status_of("GET", "/items/7"), 501);
  EXPECT_EQ(status_of("DELETE", "/"), 502);
  EXPECT_EQ(*any.on_what, "call 4 of stock, DELETE /: error(502)");
}

TEST_F(Patterns, EachKindOfFailure) {
  serve_recording([](const Message&) { return ok("a body of some length"); });
  struct Kind {
    const char* mode;
    const char* seen;
    bool callee_works;
  };
  for (const Kind& kind :
       {Kind{"error(503)", "503", false}, Kind{"error_after(504)", "504", true},
        Kind{"refuse", "reset", false}, Kind{"timeout", "nothing", true},
        Kind{"reset", "reset", true}, Kind{"delay(400ms)", "200", true}}) {
    SCOPED_TRACE(kind.mode);
    const size_t before = received().size();
    const Added added = add(pattern("POST /x", 1, 1, kind.mode));
    const auto begun = steady_clock::now();
    Wire caller = ask("POST", "/x", "", "one");
    if (kind.seen == std::string("reset")) {
      EXPECT_EQ(caller.ending(), Ending::kReset);
    } else if (kind.seen == std::string("nothing")) {
      EXPECT_EQ(caller.read_for(300), "");
    } else {
      EXPECT_EQ(std::to_string(caller.read_message().status()), kind.seen);
    }
    if (kind.mode == std::string("delay(400ms)")) {
      EXPECT_GE(steady_clock::now() - begun, milliseconds(395));
    }
    EXPECT_EQ(received().size(), before + (kind.callee_works ? 1 : 0));
    EXPECT_EQ(*added.on_what, std::string("call 1 of stock, POST /x: ") + kind.mode);
    EXPECT_EQ(added.counts->fired, 1u);
    engine_->lift_calls(added.id);
    EXPECT_EQ(status_of("POST", "/x"), 200);
  }
}

TEST_F(Patterns, WhatIsLiftedLetsOpenCallsGo) {
  serve([](const Message&) { return ok("fine"); });
  const Added delay = add(pattern("GET /late", 1, 9, "delay(600000ms)"));
  const Added timeout = add(pattern("GET /never", 1, 9, "timeout"));
  Wire late = ask("GET", "/late");
  Wire never = ask("GET", "/never");
  EXPECT_EQ(late.read_for(100), "");
  engine_->lift_calls(delay.id);
  EXPECT_EQ(late.read_message().status(), 200);
  EXPECT_EQ(status_of("GET", "/late"), 200);
  EXPECT_EQ(never.read_for(50), "");
  engine_->lift_calls(timeout.id);
  EXPECT_EQ(never.ending(), Ending::kClosed);
  EXPECT_EQ(*delay.told + *timeout.told, 2);
}

TEST_F(Patterns, ACallerThatGivesUpBeforeTheFaultIsNotHit) {
  serve([](const Message&) { return ok("fine"); });
  const Added added = add(pattern("POST /x", 1, 1, "error(503)"));
  {
    Wire caller = dial_proxy();
    caller.send("POST /x HTTP/1.1\r\nHost: stock\r\nContent-Length: 9\r\n\r\nhalf");
    for (int i = 0; i < 100 && added.counts->seen == 0; ++i)
      std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(added.counts->seen, 1u);
  EXPECT_EQ(status_of("POST", "/x"), 200);
  EXPECT_EQ(added.counts->fired, 0u);
  EXPECT_EQ(*added.told, 0);
  engine_->lift_calls(added.id);  // the call is gone: nothing is lifted
}

TEST_F(Patterns, TheCallThatBeginsItIsItsFirst) {
  serve_recording([](const Message&) { return ok("fine"); });
  std::function<void()> release;
  std::promise<void> held;
  agent::CallFilter second;
  second.callee = "stock";
  second.nth = 2;
  engine_->watch_call(second, [&](const std::string&, std::function<void()> let_go) {
    release = std::move(let_go);
    held.set_value();
  });
  EXPECT_EQ(status_of("GET", "/x"), 200);
  Wire caller = ask("GET", "/x");
  held.get_future().wait();
  const Added added = add(pattern("GET /x", 1, 1, "error(503)"));
  release();
  EXPECT_EQ(caller.read_message().status(), 503);
  EXPECT_EQ(status_of("GET", "/x"), 200);
  EXPECT_EQ(received().size(), 2u);
  EXPECT_EQ(*added.on_what, "call 1 of stock, GET /x: error(503)");
}

// Marked calls are counted too; one that fails by its identity fails by no pattern.
TEST_F(Patterns, BesideAnArmedRun) {
  serve([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#1"), "error", 500}});
  const Added first = add(pattern("GET /x", 1, 1, "error(501)"));
  const Added second = add(pattern("GET /x", 2, 1, "delay(600000ms)"));
  Wire entry = dial_entry();
  entry.send(request("GET", "/x"));
  EXPECT_EQ(entry.read_message().status(), 500);
  entry.send(request("GET", "/x"));
  EXPECT_EQ(entry.read_for(50), "");
  const auto reply = collect(0, 100);
  ASSERT_EQ(reply.calls_size(), 2);
  EXPECT_EQ(reply.calls(0).fault(), 1u);
  EXPECT_EQ(reply.calls(1).fault(), 0u);
  // The end of the run is not the end of the pattern.
  EXPECT_EQ(entry.read_for(100), "");
  engine_->lift_calls(second.id);
  EXPECT_EQ(entry.read_message().status(), 200);
  EXPECT_EQ(first.counts->seen, 2u);
  EXPECT_EQ(first.counts->fired, 0u);
  EXPECT_EQ(second.counts->fired, 1u);
}

TEST_F(Patterns, CallersByAddress) {
  serve([](const Message&) { return ok("fine"); });
  agent::CallPattern by = pattern("GET /x", 1, 1, "error(503)");
  by.filter.caller = "far";
  by.filter.caller_addresses = {"10.1.2.3"};
  const Added far = add(by);
  by.filter.caller = "cart";
  by.filter.caller_addresses = {"127.0.0.1"};
  const Added near = add(by);
  EXPECT_EQ(status_of("GET", "/x"), 503);
  EXPECT_EQ(*near.on_what, "call 1 of stock, GET /x, from cart: error(503)");
  EXPECT_EQ(far.counts->seen, 0u);
}

TEST_F(Patterns, TheEndOfTheEngineEndsWhatIsDelayed) {
  serve([](const Message&) { return ok("fine"); });
  const Added added = add(pattern("", 1, 1, "delay(600000ms)"));
  Wire late = ask("GET", "/late");
  EXPECT_EQ(late.read_for(50), "");
  engine_.reset();
  EXPECT_NE(late.ending(), Ending::kStillOpen);
}

// Callers beside one who adds and lifts: every call is answered, and as many fail as were
// told.
TEST_F(Patterns, ManyAtOnce) {
  serve([](const Message&) { return ok("fine"); });
  constexpr int kCallers = 4;
  constexpr int kCalls = 100;
  std::atomic<uint64_t> failed = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      Wire caller = dial_proxy();
      for (int call = 0; call < kCalls; ++call) {
        caller.send(request("GET", "/x"));
        const int status = caller.read_message().status();
        failed += status == 503 ? 1 : 0;
        answered += status == 200 || status == 503 ? 1 : 0;
      }
    });
  }
  uint64_t told = 0;
  for (int i = 0; i < 20; ++i) {
    const Added added = add(pattern("GET /x", 3, 2, "error(503)"));
    std::this_thread::sleep_for(milliseconds(5));
    engine_->lift_calls(added.id);
    told += added.counts->fired;
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, kCallers * kCalls);
  EXPECT_EQ(failed, told);
}

}  // namespace

}  // namespace cutset::testing
