// Peers that do not keep to the rules.
#include <chrono>
#include <thread>

#include "proxy_fixture.h"

#include "agent/proxy/http_framer.h"

namespace cutset::testing {

namespace {

class Hostile : public ProxyTest {
 protected:
  void expect_alive() {
    Wire caller = dial_proxy();
    caller.send(request("GET", "/alive"));
    EXPECT_EQ(caller.read_message().status(), 200);
  }
};

TEST_F(Hostile, GarbageFromTheCaller) {
  serve([](const Message&) { return ok("x"); });
  const std::string garbage[] = {
      "\x16\x03\x01 not http\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon here\r\n\r\n",
      std::string(1000, '\0'),
      "POST / HTTP/1.1\r\nContent-Length: 12x\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
  for (const std::string& bytes : garbage) {
    Wire caller = dial_proxy();
    caller.send(bytes);
    const Message answer = caller.read_message();
    EXPECT_EQ(answer.status(), 400) << bytes;
    EXPECT_NE(answer.body.find("cutset"), std::string::npos);
    EXPECT_EQ(caller.ending(), Ending::kClosed);
  }
  expect_alive();
}

TEST_F(Hostile, GarbageBehindAGoodRequest) {
  serve([](const Message&) { return ok("x"); });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/") + "\x01\x02\x03\r\n\r\n");
  EXPECT_EQ(caller.read_message().status(), 200);
  EXPECT_EQ(caller.read_message().status(), 400);
}

TEST_F(Hostile, GarbageInTheRequestBody) {
  serve([](const Message&) { return ok("x"); });
  arm();
  Wire caller = dial_proxy();
  caller.send("POST / HTTP/1.1\r\n" + mark() +
              "Transfer-Encoding: chunked\r\n\r\nnot hex\r\n");
  EXPECT_EQ(caller.read_message().status(), 400);
  caller.send("more");
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 1);
  EXPECT_EQ(reply.calls(0).seen().status(), 400);
  expect_alive();
}

TEST_F(Hostile, HeadThatNeverEnds) {
  serve([](const Message&) { return ok("x"); });
  Wire caller = dial_proxy();
  std::string head = "GET / HTTP/1.1\r\n";
  while (head.size() <= agent::proxy::kLongestHead)
    head += "X-Filler: " + std::string(50, 'x') + "\r\n";
  caller.send(head);
  const Message answer = caller.read_message();
  EXPECT_EQ(answer.status(), 400);
  EXPECT_NE(answer.body.find("64 KiB"), std::string::npos);
}

TEST_F(Hostile, LargestHeadIsTaken) {
  serve([](const Message& message) { return ok(std::to_string(message.head.size())); });
  std::string head = "GET / HTTP/1.1\r\nX: ";
  head += std::string(agent::proxy::kLongestHead - head.size() - 4, 'x') + "\r\n\r\n";
  Wire caller = dial_proxy();
  caller.send(head);
  EXPECT_EQ(caller.read_message().body, std::to_string(agent::proxy::kLongestHead));
}

TEST_F(Hostile, CalleeThatSendsGarbage) {
  serve_wire([](Wire& wire) {
    const std::string line = wire.read_message().first_line();
    if (line.find("/huge") != std::string::npos) {
      wire.send("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x'));
    } else if (line.find("/late") != std::string::npos) {
      wire.send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nZZ\r\n");
    } else if (line.find("/alive") != std::string::npos) {
      wire.send(ok("x"));
    } else {
      wire.send("SSH-2.0-OpenSSH_9.2\r\n");
    }
    wire.read_for(1000);
  });
  arm();
  for (const char* target : {"/ssh", "/huge"}) {
    Wire caller = dial_proxy();
    caller.send(request("GET", target, mark()));
    const Message answer = caller.read_message();
    EXPECT_EQ(answer.status(), 502) << target;
    EXPECT_NE(answer.body.find("stock"), std::string::npos);
    EXPECT_EQ(caller.ending(), Ending::kClosed);
  }
  Wire caller = dial_proxy();
  caller.send(request("GET", "/late", mark()));
  EXPECT_EQ(caller.ending(), Ending::kReset);
  const auto reply = collect();
  ASSERT_EQ(reply.calls_size(), 3);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reply.calls(i).answered().kind(), v1::Observed::RESET);
    EXPECT_EQ(reply.calls(i).seen().status(), 502);
  }
  EXPECT_EQ(reply.calls(2).seen().kind(), v1::Observed::RESET);
  expect_alive();
}

TEST_F(Hostile, CalleeThatNeverEnds) {
  std::atomic<size_t> sent{0};
  serve_wire([&](Wire& wire) {
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (wire.send(chunk)) sent += chunk.size();
  });
  arm({{call("GET /x#1"), "delay", 0, 60'000}});
  Wire caller = dial_entry();
  caller.send(request("GET", "/x"));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  const size_t after_a_while = sent.load();
  EXPECT_LT(after_a_while, 40u << 20);
  const auto reply = collect(0, 50);
  EXPECT_FALSE(reply.quiet());
  EXPECT_TRUE(reply.calls(0).unfinished());
  callee_.reset();  // its threads use what is above
}

TEST_F(Hostile, CalleeThatSaysMoreThanAsked) {
  serve_wire([](Wire& wire) {
    wire.read_message();
    wire.send(ok("x") + ok("nobody asked"));
    wire.read_for(500);
  });
  for (int i = 0; i < 3; ++i) {
    Wire caller = dial_proxy();
    caller.send(request("GET", "/"));
    EXPECT_EQ(caller.read_message().body, "x");
    EXPECT_EQ(caller.read_for(20), "");
  }
}

TEST_F(Hostile, CallersThatVanishAtAnyPoint) {
  const std::string body(40'000, 'b');
  serve([&](const Message&) { return ok(body); });
  arm({{call("POST /x#3"), "delay", 0, 30},
       {call("POST /x#4"), "timeout"},
       {call("POST /x#5"), "error_after", 500},
       {call("POST /x#6"), "reset"}});
  const std::string bytes = request("POST", "/x", "", std::string(3000, 'q'));
  for (size_t cut = 1; cut < bytes.size(); cut += 1 + cut / 4) {
    Wire caller = dial_entry();
    caller.send(bytes.substr(0, cut));
    if (cut % 2 == 0) caller.close_with_reset();
  }
  for (int i = 0; i < 60; ++i) {
    Wire caller = dial_entry();
    caller.send(bytes);
    if (i % 3 == 0) caller.read_bytes(static_cast<size_t>(i) * 10);
    if (i % 2 == 0) caller.close_with_reset();
  }
  const auto reply = collect(20);
  EXPECT_TRUE(reply.quiet());
  expect_alive();
  callee_.reset();  // its threads use what is above
}

TEST_F(Hostile, BadAddressesAndPortsInUse) {
  const auto refused = [this](const std::string& listen, const std::string& proxy,
                              const std::string& expected) {
    v1::ServicePlan plan;
    plan.set_name("other");
    plan.set_listen(listen);
    plan.set_proxy(proxy);
    const auto opened = engine_->open(plan);
    ASSERT_FALSE(opened.ok()) << expected;
    EXPECT_NE(opened.error().message.find(expected), std::string::npos)
        << opened.error().message;
  };
  refused("nonsense", "", "listen of service \"other\": \"nonsense\"");
  refused("", "127.0.0.1:99999", "proxy of service \"other\"");
  refused("", "127.0.0.1:x", "127.0.0.1:x");
  refused("", opened_.proxy(), opened_.proxy());
  refused("", "192.0.2.1:0", "192.0.2.1");
}

TEST_F(Hostile, ServiceCanBeOpenedAgain) {
  v1::ServicePlan plan;
  plan.set_name("stock");
  plan.set_listen(opened_.listen());
  plan.set_proxy(opened_.proxy());
  const auto again = engine_->open(plan);
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->proxy(), opened_.proxy());
  EXPECT_EQ(again->listen(), opened_.listen());
  serve([](const Message&) { return ok("x"); });
  expect_alive();
}

}  // namespace
}  // namespace cutset::testing
