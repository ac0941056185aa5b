// Each fault, exactly: on the planned call and on no other, and what caller, callee and
// record then show.
#include <chrono>
#include <thread>

#include "proxy_fixture.h"

#include "identity/digest.h"

namespace cutset::testing {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Faults : public ProxyTest {
 protected:
  /// An entry call "GET /x", which has the identity stock:GET /x#<n>.
  Wire ask(const std::string& method = "GET", const std::string& body = "") {
    Wire caller = dial_entry();
    caller.send(request(method, "/x", "", body));
    return caller;
  }
};

TEST_F(Faults, ErrorOnTheSecondAttemptOnly) {
  serve_recording([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#2"), "error", 503}});
  EXPECT_EQ(engine_->armed_faults(), 1u);
  Wire caller = dial_entry();
  std::vector<int> statuses;
  std::string injected;
  for (int i = 0; i < 3; ++i) {
    caller.send(request("GET", "/x"));
    const Message answer = caller.read_message();
    statuses.push_back(answer.status());
    if (i == 1) {
      injected = answer.body;
      EXPECT_EQ(answer.field("content-type"), "application/json");
    }
  }
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 200}));
  EXPECT_EQ(injected, "{\"error\":\"injected by cutset\"}\n");
  EXPECT_EQ(received().size(), 2u);
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 3);
  EXPECT_EQ(reply.calls(0).fault(), 0u);
  EXPECT_EQ(reply.calls(1).fault(), 1u);
  EXPECT_EQ(reply.calls(2).fault(), 0u);
  EXPECT_FALSE(reply.calls(1).executed());
  EXPECT_EQ(reply.calls(1).answered().kind(), v1::Observed::NONE);
  EXPECT_EQ(reply.calls(1).seen().kind(), v1::Observed::STATUS);
  EXPECT_EQ(reply.calls(1).seen().status(), 503);
  identity::BodyDigest digest;
  digest.add(injected);
  EXPECT_EQ(reply.calls(1).seen().exact_digest(), digest.exact());
  EXPECT_EQ(reply.calls(1).seen().shape_digest(), digest.shape());
  ASSERT_EQ(reply.faults_size(), 1);
  const v1::FaultState& state = reply.faults(0);
  EXPECT_TRUE(state.armed() && state.fired() && state.undone());
  EXPECT_EQ(state.hits(), 1u);
  EXPECT_EQ(state.fired_on(), reply.calls(1).handle());
  EXPECT_LE(state.armed_ns(), state.fired_ns());
  EXPECT_LE(state.fired_ns(), state.undone_ns());
  EXPECT_EQ(engine_->armed_faults(), 0u);
}

TEST_F(Faults, UnreachedFaultIsArmedAndNotFired) {
  serve([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#2"), "error", 503}, {"other:GET /x#1", "refuse"}});
  EXPECT_EQ(ask().read_message().status(), 200);
  const auto reply = collect();
  ASSERT_EQ(reply.faults_size(), 2);
  for (const auto& state : reply.faults()) {
    EXPECT_TRUE(state.armed());
    EXPECT_FALSE(state.fired());
    EXPECT_EQ(state.hits(), 0u);
  }
}

TEST_F(Faults, EveryAttemptExceptWhereOneIsPlannedItself) {
  serve([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#*"), "error", 500}, {call("GET /x#2"), "error", 502}});
  std::vector<int> statuses;
  for (int i = 0; i < 4; ++i) statuses.push_back(ask().read_message().status());
  EXPECT_EQ(statuses, (std::vector<int>{500, 502, 500, 500}));
  const auto reply = collect();
  EXPECT_EQ(reply.faults(0).hits(), 3u);
  EXPECT_EQ(reply.faults(0).fired_on(), reply.calls(0).handle());
  EXPECT_EQ(reply.faults(1).hits(), 1u);
}

TEST_F(Faults, DeepIdentityAndKey) {
  serve([](const Message&) { return ok("fine"); });
  arm({{"a:GET /#1 > stock:GET /items/:id{7}#1", "error", 500}},
      {"stock:GET /items/:id"});
  const uint64_t parent = identity::call_handle(0, {"a", "GET /", "", 1});
  Wire caller = dial_proxy();
  std::vector<int> statuses;
  for (const char* target : {"/items/6", "/items/7", "/items/7"}) {
    caller.send(request("GET", target, mark(parent)));
    statuses.push_back(caller.read_message().status());
  }
  caller.send(request("GET", "/items/7", mark(parent + 1)));
  statuses.push_back(caller.read_message().status());
  EXPECT_EQ(statuses, (std::vector<int>{200, 500, 200, 200}));
}

TEST_F(Faults, ErrorReadsTheRequestAndKeepsTheConnection) {
  serve([](const Message& message) { return ok(message.body); });
  arm({{call("POST /x#1"), "error", 500}});
  Wire caller = dial_entry();
  caller.send(
      "POST /x HTTP/1.1\r\nContent-Length: 200000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(caller.read_message().status(), 100);
  caller.send(std::string(199'000, 'x'));
  EXPECT_EQ(caller.read_for(30), "");
  caller.send(std::string(1'000, 'x'));
  EXPECT_EQ(caller.read_message().status(), 500);
  caller.send(request("POST", "/x", "", "again"));
  EXPECT_EQ(caller.read_message().body, "again");
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(Faults, ErrorToHead) {
  serve([](const Message&) { return ok(""); });
  arm({{call("HEAD /x#1"), "error", 503}});
  Wire caller = ask("HEAD");
  EXPECT_EQ(caller.read_message(true).status(), 503);
  EXPECT_EQ(caller.read_for(30), "");
}

TEST_F(Faults, ErrorAfterLetsTheCalleeWork) {
  serve_recording([](const Message&) { return ok("charged"); });
  arm({{call("POST /x#1"), "error_after", 503}});
  Wire caller = dial_entry();
  caller.send(request("POST", "/x", "", "body"));
  const Message answer = caller.read_message();
  EXPECT_EQ(answer.status(), 503);
  EXPECT_EQ(answer.body.find("charged"), std::string::npos);
  caller.send(request("POST", "/x", "", "body"));
  EXPECT_EQ(caller.read_message().body, "charged");
  EXPECT_EQ(received().size(), 2u);
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 2);
  EXPECT_TRUE(reply.calls(0).executed());
  EXPECT_EQ(reply.calls(0).answered().status(), 200);
  EXPECT_EQ(reply.calls(0).answered().exact_digest(), fnv64("charged"));
  EXPECT_EQ(reply.calls(0).seen().status(), 503);
  EXPECT_EQ(reply.calls(0).fault(), 1u);
  EXPECT_EQ(reply.calls(1).fault(), 0u);
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(Faults, ErrorAfterACalleeThatRefuses) {
  arm({{call("GET /x#1"), "error_after", 503}});
  EXPECT_EQ(ask().read_message().status(), 503);
  const auto reply = collect();
  EXPECT_EQ(reply.calls(0).answered().kind(), v1::Observed::REFUSED);
  EXPECT_FALSE(reply.calls(0).executed());
  EXPECT_TRUE(reply.faults(0).fired());
}

TEST_F(Faults, Refuse) {
  serve_recording([](const Message&) { return ok("fine"); });
  arm({{call("POST /x#1"), "refuse"}});
  Wire caller = dial_entry();
  caller.send("POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\n");  // the head is enough
  EXPECT_EQ(caller.ending(), Ending::kReset);
  EXPECT_EQ(ask("POST", "x").read_message().status(), 200);
  EXPECT_EQ(received().size(), 1u);
  const auto reply = collect();
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::REFUSED);
  EXPECT_EQ(reply.calls(0).answered().kind(), v1::Observed::NONE);
  EXPECT_FALSE(reply.calls(0).executed());
  EXPECT_EQ(reply.calls(0).fault(), 1u);
}

TEST_F(Faults, TimeoutHoldsUntilTheCallerGivesUp) {
  serve_recording([](const Message&) { return ok("late"); });
  arm({{call("GET /x#1"), "timeout"}});
  {
    Wire caller = ask();
    EXPECT_EQ(caller.read_for(100), "");
  }
  EXPECT_EQ(ask().read_message().body, "late");
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 2);
  EXPECT_TRUE(reply.calls(0).executed());
  EXPECT_EQ(reply.calls(0).answered().status(), 200);
  EXPECT_EQ(reply.calls(0).answered().exact_digest(), fnv64("late"));
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::TIMEOUT);
  EXPECT_EQ(reply.calls(0).fault(), 1u);
  EXPECT_FALSE(reply.calls(0).unfinished());
  EXPECT_EQ(reply.calls(1).fault(), 0u);
}

TEST_F(Faults, DelayCountsFromTheRequest) {
  serve([](const Message& message) {
    if (message.head.starts_with("PUT")) std::this_thread::sleep_for(milliseconds(300));
    return ok("late");
  });
  arm({{call("GET /x#1"), "delay", 0, 200}, {call("PUT /x#1"), "delay", 0, 100}});
  for (const char* method : {"GET", "PUT"}) {
    const auto begin = steady_clock::now();
    EXPECT_EQ(ask(method).read_message().body, "late");
    const auto took = steady_clock::now() - begin;
    EXPECT_GE(took, milliseconds(method[0] == 'G' ? 200 : 300));
    EXPECT_LT(took, milliseconds(method[0] == 'G' ? 1000 : 2000));
  }
  const auto reply = collect();
  EXPECT_EQ(reply.calls(0).seen().status(), 200);
  EXPECT_EQ(reply.calls(0).seen().exact_digest(), fnv64("late"));
  EXPECT_EQ(reply.calls(0).fault(), 1u);
  EXPECT_TRUE(reply.faults(0).fired());
  EXPECT_GE(reply.calls(0).end_ns() - reply.calls(0).start_ns(), 200'000'000);
}

TEST_F(Faults, DelayLongerThanTheCallersPatience) {
  serve([](const Message&) { return ok("late"); });
  arm({{call("GET /x#1"), "delay", 0, 60'000}});
  {
    Wire caller = ask();
    EXPECT_EQ(caller.read_for(50), "");
  }
  const auto reply = collect(20);
  EXPECT_TRUE(reply.quiet());
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::TIMEOUT);
  EXPECT_EQ(reply.calls(0).answered().status(), 200);
}

TEST_F(Faults, DelayOfAnAnswerLargerThanWhatIsHeld) {
  const std::string body(8'000'000, 'b');
  serve([&](const Message&) { return ok(body); });
  arm({{call("GET /x#1"), "delay", 0, 300}});
  const auto begin = steady_clock::now();
  EXPECT_TRUE(ask().read_message().body == body);
  EXPECT_GE(steady_clock::now() - begin, milliseconds(300));
  EXPECT_EQ(collect().calls(0).seen().exact_digest(), fnv64(body));
  callee_.reset();  // its threads use what is above
}

TEST_F(Faults, DelayOfABrokenAnswer) {
  serve_wire([](Wire& wire) {
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart");
  });
  arm({{call("GET /x#1"), "delay", 0, 100}});
  Wire caller = ask();
  EXPECT_EQ(caller.read_for(50), "");
  EXPECT_EQ(caller.read_message().body, "part");
  EXPECT_EQ(collect().calls(0).seen().kind(), v1::Observed::RESET);
}

TEST_F(Faults, DelayedUpgrade) {
  serve_wire([](Wire& wire) {
    wire.read_message();
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        "e\r\n\r\nhi");
    wire.send(wire.read_bytes(3));
    wire.read_bytes(1);
  });
  arm({{call("GET /x#1"), "delay", 0, 80}});
  Wire caller = dial_entry();
  caller.send("GET /x HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: e\r\n\r\n");
  EXPECT_EQ(caller.read_for(40), "");
  EXPECT_EQ(caller.read_message().status(), 101);
  EXPECT_EQ(caller.read_bytes(2), "hi");
  caller.send("abc");
  EXPECT_EQ(caller.read_bytes(3), "abc");
  const auto reply = collect();
  EXPECT_TRUE(reply.quiet());
  EXPECT_EQ(reply.calls(0).seen().status(), 101);
}

TEST_F(Faults, ResetInTheMiddleOfTheBody) {
  serve([](const Message&) { return ok("0123456789"); });
  arm({{call("GET /x#1"), "reset"}});
  Wire caller = ask();
  const Message answer = caller.read_message();
  EXPECT_EQ(answer.status(), 200);
  EXPECT_FALSE(answer.complete);
  EXPECT_LT(answer.body.size(), 10u);
  EXPECT_EQ(ask().read_message().body, "0123456789");
  const auto reply = collect();
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::RESET);
  EXPECT_EQ(reply.calls(0).answered().status(), 200);
  EXPECT_EQ(reply.calls(0).answered().exact_digest(), fnv64("0123456789"));
  EXPECT_EQ(reply.calls(0).fault(), 1u);
  EXPECT_EQ(reply.calls(1).seen().status(), 200);
}

TEST_F(Faults, ResetOfAnAnswerWithoutBody) {
  serve([](const Message&) { return std::string("HTTP/1.1 204 No Content\r\n\r\n"); });
  arm({{call("GET /x#1"), "reset"}});
  Wire caller = ask();
  EXPECT_EQ(caller.read_message().head, "");
  const auto reply = collect();
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::RESET);
  EXPECT_TRUE(reply.faults(0).fired());
}

TEST_F(Faults, BadPlansAreRefusedByName) {
  const auto refused = [this](const Fault& fault, const std::string& expected) {
    v1::ArmRunRequest plan;
    plan.set_run("r1");
    v1::FaultPlan& entry = *plan.add_faults();
    entry.set_id(7);
    entry.set_call(fault.call);
    entry.set_action(fault.action);
    entry.set_status(fault.status);
    entry.set_milliseconds(fault.milliseconds);
    const auto armed = engine_->arm(plan);
    ASSERT_FALSE(armed.ok()) << expected;
    EXPECT_NE(armed.error().message.find("fault 7"), std::string::npos);
    EXPECT_NE(armed.error().message.find(expected), std::string::npos)
        << armed.error().message;
  };
  refused({"stock GET", "refuse"}, "ordinal");
  refused({call("GET /x#1"), "explode"}, "unknown fault \"explode\"");
  refused({call("GET /x#1"), "error", 42}, "status 42");
  refused({call("GET /x#1"), "error_after", 100}, "status 100");
  refused({call("GET /x#1"), "delay", 0, 0}, "1 to 600000");
  refused({"a:GET /#* > stock:GET /x#1", "refuse"}, "last point");
  v1::ArmRunRequest plan;
  plan.set_run("r 1");
  EXPECT_FALSE(engine_->arm(plan).ok());
  plan.set_run("r1");
  for (uint32_t id : {1u, 2u}) {
    v1::FaultPlan& entry = *plan.add_faults();
    entry.set_id(id);
    entry.set_call("stock:GET /#1");
    entry.set_action("refuse");
  }
  EXPECT_FALSE(engine_->arm(plan).ok());
  arm();
}

}  // namespace
}  // namespace cutset::testing
