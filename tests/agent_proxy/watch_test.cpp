// Calls that somebody waits for: which one is counted as the nth, what is held of it, and
// for how long.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "proxy_fixture.h"

namespace cutset::testing {

namespace {

using std::chrono::milliseconds;

/// Remembers what a watch has seen, and releases it when told to.
class Seen {
 public:
  agent::CallGate::Reached reached() {
    return [this](const std::string& on_what, std::function<void()> release) {
      const std::lock_guard lock(mutex_);
      ++count_;
      on_what_ = on_what;
      release_ = std::move(release);
      changed_.notify_all();
    };
  }

  /// What was seen; "" after 3 s.
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, milliseconds(3000), [this] { return count_ > 0; });
    return on_what_;
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  std::function<void()> release() {
    const std::lock_guard lock(mutex_);
    return release_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::string on_what_;
  std::function<void()> release_;
};

agent::CallFilter filter(const std::string& signature, uint64_t nth, bool end = false) {
  agent::CallFilter result;
  result.callee = "stock";
  result.signature = signature;
  result.nth = nth;
  result.end = end;
  return result;
}

class Watched : public ProxyTest {
 protected:
  /// The head and body of one request to the proxy on a connection of its own.
  Wire ask(const std::string& method, const std::string& target,
           const std::string& fields = "", const std::string& body = "") {
    Wire caller = dial_proxy();
    caller.send(request(method, target, fields, body));
    return caller;
  }
  int status_of(const std::string& method, const std::string& target,
                const std::string& fields = "") {
    Wire caller = ask(method, target, fields);
    return caller.read_message().status();
  }
};

TEST_F(Watched, TheNthCallIsHeldBeforeTheCalleeSeesIt) {
  serve_recording([](const Message&) { return ok("fine"); });
  EXPECT_EQ(status_of("POST", "/reserve"), 200);  // before the watch: not counted
  Seen seen;
  engine_->watch_call(filter("POST /reserve", 2), seen.reached());
  EXPECT_EQ(status_of("POST", "/reserve"), 200);
  EXPECT_EQ(status_of("GET", "/reserve"), 200);
  Wire held = ask("POST", "/reserve?now=1");
  EXPECT_EQ(seen.wait(), "call 2 of stock, POST /reserve");
  EXPECT_EQ(held.read_for(150), "");
  EXPECT_EQ(received().size(), 3u);
  // Others are not held up.
  EXPECT_EQ(status_of("POST", "/reserve"), 200);
  EXPECT_EQ(received().size(), 4u);
  seen.release()();
  EXPECT_EQ(held.read_message().status(), 200);
  EXPECT_EQ(received().back().first_line(), "POST /reserve?now=1 HTTP/1.1");
  seen.release()();
  EXPECT_EQ(status_of("POST", "/reserve"), 200);
  EXPECT_EQ(seen.count(), 1);
}

TEST_F(Watched, WithPlaceholdersOrWithout) {
  serve([](const Message&) { return ok("fine"); });
  Seen any, seven;
  engine_->watch_call(filter("GET /items/:id", 2), any.reached());
  engine_->watch_call(filter("GET /items/7", 2), seven.reached());
  EXPECT_EQ(status_of("GET", "/items/7"), 200);
  Wire eighth = ask("GET", "/items/8");
  EXPECT_EQ(any.wait(), "call 2 of stock, GET /items/8");
  any.release()();
  EXPECT_EQ(eighth.read_message().status(), 200);
  EXPECT_EQ(seven.count(), 0);
  Wire again = ask("GET", "/items/7");
  EXPECT_EQ(seven.wait(), "call 2 of stock, GET /items/7");
  seven.release()();
  EXPECT_EQ(again.read_message().status(), 200);
}

TEST_F(Watched, TheAnswerIsHeldBeforeTheCallerSeesIt) {
  serve_recording([](const Message& message) { return ok(message.first_line()); });
  Seen seen;
  engine_->watch_call(filter("", 1, true), seen.reached());
  Wire held = ask("POST", "/reserve");
  EXPECT_EQ(seen.wait(), "the answer of call 1 of stock, POST /reserve");
  EXPECT_EQ(received().size(), 1u);
  EXPECT_EQ(held.read_for(150), "");
  seen.release()();
  EXPECT_EQ(held.read_message().body, "POST /reserve HTTP/1.1");
  // The connection goes on.
  held.send(request("GET", "/next"));
  EXPECT_EQ(held.read_message().body, "GET /next HTTP/1.1");
}

TEST_F(Watched, AnAnswerLargerThanWhatIsKeptArrivesWhole) {
  const std::string large(3 << 20, 'x');
  serve([&](const Message&) { return ok(large); });
  Seen seen;
  engine_->watch_call(filter("", 1, true), seen.reached());
  Wire held = ask("GET", "/large");
  ASSERT_NE(seen.wait(), "");
  EXPECT_EQ(held.read_for(100), "");
  seen.release()();
  EXPECT_EQ(held.read_message().body, large);
}

TEST_F(Watched, ThatThereIsNoAnswerIsHeldToo) {
  Seen seen;  // nobody serves: the callee refuses
  engine_->watch_call(filter("", 1, true), seen.reached());
  Wire held = ask("GET", "/x");
  ASSERT_NE(seen.wait(), "");
  EXPECT_EQ(held.ending(2500), Ending::kStillOpen);
  seen.release()();
  EXPECT_EQ(held.ending(), Ending::kReset);
}

TEST_F(Watched, WhoStopsWatchingLetsGo) {
  serve_recording([](const Message&) { return ok("fine"); });
  Seen request, answer;
  const uint64_t first = engine_->watch_call(filter("GET /a", 1), request.reached());
  const uint64_t second =
      engine_->watch_call(filter("GET /b", 1, true), answer.reached());
  Wire a = ask("GET", "/a");
  Wire b = ask("GET", "/b");
  ASSERT_NE(request.wait(), "");
  ASSERT_NE(answer.wait(), "");
  engine_->unwatch_call(first);
  EXPECT_EQ(a.read_message().status(), 200);
  EXPECT_EQ(b.read_for(50), "");
  engine_->unwatch_call(second);
  EXPECT_EQ(b.read_message().status(), 200);
  request.release()();
  answer.release()();
  EXPECT_EQ(status_of("GET", "/a"), 200);
  EXPECT_EQ(request.count(), 1);
}

TEST_F(Watched, ACallThatSeveralWaitForGoesOnWhenAllAreDone) {
  serve_recording([](const Message&) { return ok("fine"); });
  Seen one, other;
  engine_->watch_call(filter("", 1), one.reached());
  const uint64_t second = engine_->watch_call(filter("GET /x", 1), other.reached());
  Wire held = ask("GET", "/x");
  ASSERT_NE(one.wait(), "");
  ASSERT_NE(other.wait(), "");
  one.release()();
  one.release()();
  EXPECT_EQ(held.read_for(100), "");
  EXPECT_TRUE(received().empty());
  engine_->unwatch_call(second);
  EXPECT_EQ(held.read_message().status(), 200);
}

TEST_F(Watched, ABodyOfAnySizeWaitsWithItsHead) {
  serve([](const Message& message) { return ok(std::to_string(message.body.size())); });
  Seen seen;
  engine_->watch_call(filter("", 1), seen.reached());
  constexpr size_t kSize = 4 << 20;
  Wire caller = dial_proxy();
  std::thread sender(
      [&] { caller.send(request("POST", "/x", "", std::string(kSize, 'y'))); });
  EXPECT_NE(seen.wait(), "");
  std::this_thread::sleep_for(milliseconds(100));
  seen.release()();
  sender.join();
  EXPECT_EQ(caller.read_message().body, std::to_string(kSize));
}

TEST_F(Watched, ACallerThatGivesUpWhileHeld) {
  serve_recording([](const Message&) { return ok("fine"); });
  Seen request, answer;
  engine_->watch_call(filter("GET /a", 1), request.reached());
  engine_->watch_call(filter("GET /b", 1, true), answer.reached());
  arm();
  {
    Wire a = ask("GET", "/a", mark());
    Wire b = ask("GET", "/b", mark());
    ASSERT_NE(request.wait(), "");
    ASSERT_NE(answer.wait(), "");
  }
  const auto reply = collect(20);  // quiet: both have ended
  EXPECT_TRUE(reply.quiet());
  ASSERT_EQ(reply.calls_size(), 2);
  EXPECT_FALSE(reply.calls(0).executed());
  EXPECT_EQ(reply.calls(0).seen().kind(), v1::Observed::TIMEOUT);
  EXPECT_TRUE(reply.calls(1).executed());
  EXPECT_EQ(reply.calls(1).seen().kind(), v1::Observed::TIMEOUT);
  request.release()();
  answer.release()();
  EXPECT_EQ(status_of("GET", "/c"), 200);
  ASSERT_EQ(received().size(), 2u);
  EXPECT_EQ(received()[0].first_line(), "GET /b HTTP/1.1");
}

TEST_F(Watched, CallersAreToldByMarkElseByAddress) {
  serve([](const Message&) { return ok("fine"); });
  arm();
  // The work of a call to stock calls stock again: its mark tells that stock is the
  // caller.
  Wire entry = dial_entry();
  entry.send(request("GET", "/begin"));
  EXPECT_EQ(entry.read_message().status(), 200);
  v1::CollectRunReply first = collect();
  ASSERT_EQ(first.calls_size(), 1);
  const uint64_t handle = first.calls(0).handle();
  arm();
  entry.send(request("GET", "/begin"));
  EXPECT_EQ(entry.read_message().status(), 200);

  Seen from_stock, from_here, from_elsewhere;
  agent::CallFilter by = filter("GET /x", 1);
  by.caller = "stock";
  engine_->watch_call(by, from_stock.reached());
  by.caller = "cart";
  by.caller_addresses = {"10.1.2.3"};
  engine_->watch_call(by, from_elsewhere.reached());
  by.caller_addresses = {"127.0.0.1"};
  engine_->watch_call(by, from_here.reached());

  Wire marked = ask("GET", "/x", mark(handle));
  EXPECT_EQ(from_stock.wait(), "call 1 of stock, GET /x, from stock");
  EXPECT_EQ(from_here.count(), 0);
  from_stock.release()();
  EXPECT_EQ(marked.read_message().status(), 200);
  Wire unmarked = ask("GET", "/x");
  EXPECT_EQ(from_here.wait(), "call 1 of stock, GET /x, from cart");
  from_here.release()();
  EXPECT_EQ(unmarked.read_message().status(), 200);
  EXPECT_EQ(from_elsewhere.count(), 0);
}

TEST(IsOfService, OneServiceOrOneSlot) {
  EXPECT_TRUE(agent::is_of_service("cart", "cart"));
  EXPECT_TRUE(agent::is_of_service("cart.0", "cart"));
  EXPECT_TRUE(agent::is_of_service("cart.12", "cart.12"));
  EXPECT_FALSE(agent::is_of_service("cart.12", "cart.1"));
  EXPECT_FALSE(agent::is_of_service("cart.", "cart"));
  EXPECT_FALSE(agent::is_of_service("cart.db", "cart"));
  EXPECT_FALSE(agent::is_of_service("cartoon", "cart"));
  EXPECT_FALSE(agent::is_of_service("car", "cart"));
}

TEST_F(Watched, APlannedFaultComesAfterTheHold) {
  serve_recording([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#1"), "error", 503}});
  Seen request, answer;
  engine_->watch_call(filter("GET /x", 1), request.reached());
  engine_->watch_call(filter("GET /x", 1, true), answer.reached());
  Wire caller = dial_entry();
  caller.send(testing::request("GET", "/x"));
  ASSERT_NE(request.wait(), "");
  EXPECT_EQ(answer.count(), 0);
  request.release()();
  ASSERT_NE(answer.wait(), "");
  EXPECT_EQ(caller.read_for(50), "");
  answer.release()();
  EXPECT_EQ(caller.read_message().status(), 503);
  EXPECT_TRUE(received().empty());
  EXPECT_TRUE(collect().faults(0).fired());
}

TEST_F(Watched, AFaultThatIsLiftedMeanwhileIsNotMade) {
  serve_recording([](const Message&) { return ok("fine"); });
  arm({{call("GET /x#1"), "error", 503}});
  Seen seen;
  engine_->watch_call(filter("GET /x", 1), seen.reached());
  Wire caller = dial_entry();
  caller.send(request("GET", "/x"));
  ASSERT_NE(seen.wait(), "");
  const auto reply = collect(0, 100);
  EXPECT_FALSE(reply.quiet());
  EXPECT_FALSE(reply.faults(0).fired());
  EXPECT_EQ(received().size(), 0u);
  seen.release()();
  EXPECT_EQ(caller.read_message().status(), 200);
}

TEST_F(Watched, TheEndOfTheEngineEndsWhatIsHeld) {
  serve([](const Message&) { return ok("fine"); });
  Seen request, answer;
  engine_->watch_call(filter("GET /a", 1), request.reached());
  engine_->watch_call(filter("GET /b", 1, true), answer.reached());
  Wire a = ask("GET", "/a");
  Wire b = ask("GET", "/b");
  ASSERT_NE(request.wait(), "");
  ASSERT_NE(answer.wait(), "");
  engine_.reset();
  EXPECT_NE(a.ending(), Ending::kStillOpen);
  EXPECT_NE(b.ending(), Ending::kStillOpen);
  request.release()();
  answer.release()();
}

// Callers, those who release and one who stops watching, all at once: every call is
// answered.
TEST_F(Watched, ManyAtOnce) {
  serve([](const Message&) { return ok("fine"); });
  constexpr int kCallers = 8;
  constexpr int kCalls = 60;
  std::vector<std::unique_ptr<Seen>> seen;
  std::vector<uint64_t> watches;
  for (uint64_t nth = 1; nth <= 40; ++nth) {
    seen.push_back(std::make_unique<Seen>());
    watches.push_back(engine_->watch_call(filter("GET /x", nth * 5, nth % 2 == 0),
                                          seen.back()->reached()));
  }
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      Wire caller = dial_proxy();
      for (int call = 0; call < kCalls; ++call) {
        caller.send(request("GET", "/x"));
        answered += caller.read_message().status() == 200 ? 1 : 0;
      }
    });
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_NE(seen[i]->wait(), "") << i;
    if (i % 3 == 0) {
      engine_->unwatch_call(watches[i]);
    } else {
      seen[i]->release()();
    }
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, kCallers * kCalls);
}

}  // namespace

}  // namespace cutset::testing
