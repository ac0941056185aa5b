// When a run is over, and what becomes of calls that are still open then.
#include <chrono>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include "proxy_fixture.h"
#include <sched.h>

#include "agent/proxy/clock.h"

namespace cutset::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Collect : public ProxyTest {
 protected:
  milliseconds timed_collect(uint32_t quiet_ms, uint32_t limit_ms,
                             v1::CollectRunReply& reply) {
    const auto begin = steady_clock::now();
    reply = collect(quiet_ms, limit_ms);
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
  }
};

TEST_F(Collect, QuietCountsFromTheLastCall) {
  serve([](const Message&) { return ok("x"); });
  arm();
  Wire caller = dial_entry();
  caller.send(request("GET", "/"));
  caller.read_message();
  v1::CollectRunReply reply;
  const auto took = timed_collect(60, 5000, reply);
  EXPECT_TRUE(reply.quiet());
  EXPECT_GE(took, milliseconds(50));
  EXPECT_LT(took, milliseconds(1000));
}

/// All threads of this process on one processor: who is woken runs before who woke it.
void use_one_processor() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(::sched_getcpu(), &one);
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    const pid_t id = std::stoi(task.path().filename().string());
    ASSERT_EQ(::sched_setaffinity(id, sizeof one, &one), 0);
  }
}

// Other agents stamp the caller's next calls: what follows must never seem to be
// together.
TEST_F(Collect, ACallEndsBeforeItsCallerHasTheAnswer) {
  serve([](const Message&) { return ok("x"); });
  use_one_processor();
  arm();
  Wire caller = dial_entry();
  std::vector<int64_t> got;
  for (int i = 0; i < 200; ++i) {
    caller.send(request("GET", "/"));
    ASSERT_TRUE(caller.read_message().complete);
    got.push_back(agent::proxy::read_clock(CLOCK_REALTIME));
  }
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 200);
  // The agent's UTC is derived from another clock; both are read within microseconds.
  constexpr int64_t kSlack = 2'000;
  for (int i = 0; i < 200; ++i) {
    EXPECT_LE(reply.calls(i).end_ns(), got[static_cast<size_t>(i)] + kSlack) << i;
  }
}

TEST_F(Collect, WaitsForOpenCallsAndForThoseThatFollow) {
  serve([](const Message&) {
    std::this_thread::sleep_for(milliseconds(80));
    return ok("x");
  });
  arm();
  Wire first = dial_entry();
  first.send(request("GET", "/1"));
  std::thread second([this] {
    std::this_thread::sleep_for(milliseconds(120));
    Wire caller = dial_entry();
    caller.send(request("GET", "/2"));
    caller.read_message();
  });
  EXPECT_EQ(first.read_for(30), "");
  const auto reply = collect(100);
  second.join();
  EXPECT_TRUE(reply.quiet());
  ASSERT_EQ(reply.calls_size(), 2);
  EXPECT_EQ(reply.calls(1).seen().status(), 200);
}

TEST_F(Collect, WaitsLongerWhenACallerGaveUp) {
  serve([](const Message&) { return ok("x"); });
  for (const bool abandon : {false, true}) {
    arm({{call("GET /x#1"), "timeout"}});
    {
      Wire caller = dial_entry();
      caller.send(request("GET", abandon ? "/x" : "/y"));
      caller.read_for(20);
    }
    v1::CollectRunRequest request;
    request.set_run("r1");
    request.set_quiet_ms(1);
    request.set_quiet_abandoned_ms(250);
    request.set_limit_ms(5000);
    const auto begin = steady_clock::now();
    ASSERT_TRUE(engine_->collect(request).ok());
    const auto took = steady_clock::now() - begin;
    if (abandon) {
      EXPECT_GE(took, milliseconds(200));
    } else {
      EXPECT_LT(took, milliseconds(200));
    }
  }
}

TEST_F(Collect, LimitReleasesWhatIsHeld) {
  serve([](const Message& message) {
    if (message.head.starts_with("PUT")) std::this_thread::sleep_for(milliseconds(200));
    return ok("x");
  });
  arm({{call("GET /t#1"), "timeout"},
       {call("GET /d#1"), "delay", 0, 60'000},
       {call("PUT /e#1"), "error_after", 503},
       {call("PUT /r#1"), "reset"}});
  Wire held = dial_entry();
  held.send(request("GET", "/t"));
  Wire delayed = dial_entry();
  delayed.send(request("GET", "/d"));
  Wire after = dial_entry();
  after.send(request("PUT", "/e"));
  Wire reset = dial_entry();
  reset.send(request("PUT", "/r"));
  EXPECT_EQ(held.read_for(40), "");
  v1::CollectRunReply reply;
  const auto took = timed_collect(10, 50, reply);
  EXPECT_GE(took, milliseconds(45));
  EXPECT_LT(took, milliseconds(1000));
  EXPECT_FALSE(reply.quiet());
  ASSERT_EQ(reply.calls_size(), 4);
  for (const auto& record : reply.calls()) EXPECT_TRUE(record.unfinished());
  EXPECT_EQ(reply.calls(0).answered().status(), 200);
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::NONE);
  EXPECT_FALSE(reply.faults(2).fired());
  EXPECT_EQ(held.ending(), Ending::kClosed);
  EXPECT_EQ(delayed.read_message().body, "x");
  EXPECT_EQ(after.read_message().body, "x");
  EXPECT_EQ(reset.read_message().body, "x");
  EXPECT_EQ(engine_->armed_faults(), 0u);
}

TEST_F(Collect, LiftAllReleasesAndForgets) {
  serve([](const Message&) { return ok("x"); });
  arm({{call("GET /t#1"), "timeout"}, {call("GET /t#2"), "error", 500}});
  Wire held = dial_entry();
  held.send(request("GET", "/t"));
  EXPECT_EQ(held.read_for(30), "");
  EXPECT_EQ(engine_->lift_all(), 2u);
  EXPECT_EQ(held.ending(), Ending::kClosed);
  EXPECT_EQ(engine_->lift_all(), 0u);
  EXPECT_EQ(engine_->armed_faults(), 0u);
  Wire caller = dial_entry();
  caller.send(request("GET", "/t"));
  EXPECT_EQ(caller.read_message().body, "x");
  arm();
}

TEST_F(Collect, LiftAllEndsACollectThatWaits) {
  serve([](const Message&) { return ok("x"); });
  arm({{call("GET /t#1"), "timeout"}});
  Wire held = dial_entry();
  held.send(request("GET", "/t"));
  EXPECT_EQ(held.read_for(30), "");
  auto waiting = std::async(std::launch::async, [this] { return collect(0, 60'000); });
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_EQ(engine_->lift_all(), 1u);
  const auto reply = waiting.get();
  EXPECT_FALSE(reply.quiet());
  EXPECT_EQ(reply.calls_size(), 1);
}

TEST_F(Collect, EndOfTheEngineReleasesAndClosesEverything) {
  serve([](const Message&) { return ok("x"); });
  arm({{call("GET /t#1"), "timeout"}, {call("GET /d#1"), "delay", 0, 60'000}});
  Wire held = dial_entry();
  held.send(request("GET", "/t"));
  Wire delayed = dial_entry();
  delayed.send(request("GET", "/d"));
  Wire idle = dial_proxy();
  EXPECT_EQ(held.read_for(30), "");
  engine_.reset();
  EXPECT_EQ(delayed.read_message().body, "x");
  for (Wire* wire : {&held, &delayed, &idle}) {
    EXPECT_NE(wire->ending(), Ending::kStillOpen);
  }
}

TEST_F(Collect, KeyedBodyThatIsStillComingWhenTheRunEnds) {
  serve([](const Message& message) { return ok(message.body); });
  arm({}, {"stock:POST /k"});
  Wire caller = dial_entry();
  caller.send("POST /k HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc");
  EXPECT_EQ(caller.read_for(30), "");
  const auto reply = collect(0, 20);
  EXPECT_FALSE(reply.quiet());
  EXPECT_EQ(reply.calls_size(), 0);
  caller.send("def");
  EXPECT_EQ(caller.read_message().body, "abcdef");
}

TEST_F(Collect, WrongRuns) {
  v1::CollectRunRequest request;
  request.set_run("r1");
  EXPECT_FALSE(engine_->collect(request).ok());
  arm();
  request.set_run("r2");
  const auto reply = engine_->collect(request);
  ASSERT_FALSE(reply.ok());
  EXPECT_NE(reply.error().message.find("run r1 is armed"), std::string::npos);
  v1::ArmRunRequest plan;
  plan.set_run("r2");
  const auto armed = engine_->arm(plan);
  ASSERT_FALSE(armed.ok());
  EXPECT_NE(armed.error().message.find("r1"), std::string::npos);
}

TEST_F(Collect, CallOfAnEndedRunIsNotOfTheNext) {
  serve([](const Message&) {
    std::this_thread::sleep_for(milliseconds(150));
    return ok("x");
  });
  arm();
  Wire straggler = dial_entry();
  straggler.send(request("GET", "/"));
  EXPECT_EQ(straggler.read_for(20), "");
  EXPECT_EQ(collect(0, 20).calls_size(), 1);
  v1::ArmRunRequest plan;
  plan.set_run("r2");
  ASSERT_TRUE(engine_->arm(plan).ok());
  EXPECT_EQ(straggler.read_message().body, "x");
  v1::CollectRunRequest request;
  request.set_run("r2");
  const auto reply = engine_->collect(request);
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->calls_size(), 0);
  EXPECT_TRUE(reply->quiet());
}

TEST_F(Collect, ManyRunsCostLittle) {
  constexpr int kRuns = 500;
  const auto begin = steady_clock::now();
  for (int i = 0; i < kRuns; ++i) {
    arm({{call("GET /x#1"), "error", 500}});
    EXPECT_TRUE(collect().quiet());
  }
  const auto each = (steady_clock::now() - begin) / kRuns;
  EXPECT_LT(each, milliseconds(10));  // about 0.05 ms on an idle machine
}

}  // namespace
}  // namespace cutset::testing
