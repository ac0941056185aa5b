// What the proxy must not change.
#include <chrono>
#include <thread>

#include "proxy_fixture.h"
#include <poll.h>

namespace cutset::testing {

namespace {

std::string large_body(size_t size) {
  std::string body(size, ' ');
  for (size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i * 7 % 23);
  return body;
}

class PassThrough : public ProxyTest {};

TEST_F(PassThrough, HeadAndBodyByteForByte) {
  const std::string answer =
      "HTTP/1.1 207 Somewhat Odd\r\nX-CasE: kept   \r\ncontent-length: 5\r\n\r\nhello";
  std::string seen;
  const std::string sent =
      "POST /a?b=%20c HTTP/1.1\r\nhOST: x\r\nX-Odd:\tvalue \r\nContent-Length: "
      "3\r\n\r\nabc";
  serve_wire([&](Wire& wire) {
    seen = wire.read_bytes(sent.size());
    wire.send(answer);
    wire.read_message();
  });
  Wire caller = dial_proxy();
  caller.send(sent);
  EXPECT_EQ(caller.read_bytes(answer.size()), answer);
  EXPECT_EQ(seen, sent);
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, KeepsConnectionsOnBothSides) {
  serve([](const Message& message) { return ok(message.first_line()); });
  Wire caller = dial_proxy();
  for (int i = 0; i < 20; ++i) {
    caller.send(request("GET", "/" + std::to_string(i)));
    EXPECT_EQ(caller.read_message().body, "GET /" + std::to_string(i) + " HTTP/1.1");
  }
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(PassThrough, PooledConnectionServesOtherCallers) {
  serve([](const Message&) { return ok("x"); });
  for (int i = 0; i < 5; ++i) {
    Wire caller = dial_proxy();
    caller.send(request("GET", "/"));
    EXPECT_EQ(caller.read_message().body, "x");
  }
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(PassThrough, PipelinedRequestsInOrder) {
  serve([](const Message& message) { return ok(message.first_line() + message.body); });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/1") + request("POST", "/2", "", "body") +
              request("GET", "/3"));
  EXPECT_EQ(caller.read_message().body, "GET /1 HTTP/1.1");
  EXPECT_EQ(caller.read_message().body, "POST /2 HTTP/1.1body");
  EXPECT_EQ(caller.read_message().body, "GET /3 HTTP/1.1");
}

TEST_F(PassThrough, ChunkedBothWays) {
  serve([](const Message& message) {
    EXPECT_EQ(message.body, "hello world");
    return std::string(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
        "chunked\r\n\r\n4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n");
  });
  Wire caller = dial_proxy();
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 2; ++i) {
    caller.send(head + "6\r\nhello ");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    caller.send("\r\n5\r\nworld\r\n0\r\n\r\n");
    const Message answer = caller.read_message();
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.body, "wikipedia");
  }
}

TEST_F(PassThrough, AnswersWithoutBody) {
  serve([](const Message& message) -> std::string {
    if (message.head.starts_with("HEAD")) {
      return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    }
    if (message.head.find("/304") != std::string::npos) {
      return "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n";
    }
    return "HTTP/1.1 204 No Content\r\n\r\n";
  });
  Wire caller = dial_proxy();
  caller.send(request("HEAD", "/"));
  EXPECT_EQ(caller.read_message(true).field("content-length"), "1000");
  caller.send(request("GET", "/304"));
  EXPECT_EQ(caller.read_message().status(), 304);
  caller.send(request("DELETE", "/"));
  EXPECT_EQ(caller.read_message().status(), 204);
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(PassThrough, ExpectContinue) {
  serve_wire([](Wire& wire) {
    wire.read_bytes(
        std::string("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4"
                    "\r\n\r\n")
            .size());
    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
    wire.send(ok(wire.read_bytes(4)));
    wire.read_message();
  });
  Wire caller = dial_proxy();
  caller.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(caller.read_message().status(), 100);
  caller.send("data");
  EXPECT_EQ(caller.read_message().body, "data");
}

TEST_F(PassThrough, ConnectionCloseAndHttp10) {
  serve_wire([](Wire& wire) {
    const Message message = wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end");
    (void)message;
  });
  for (const char* head : {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                           "GET / HTTP/1.0\r\n\r\n"}) {
    Wire caller = dial_proxy();
    caller.send(head);
    EXPECT_EQ(caller.read_message().body, "until the end");
    EXPECT_EQ(caller.ending(), Ending::kClosed);
  }
  EXPECT_EQ(callee_->connections(), 2);
}

TEST_F(PassThrough, UpgradeBecomesTunnel) {
  serve_wire([](Wire& wire) {
    const Message message = wire.read_message();
    EXPECT_EQ(message.field("upgrade"), "echo");
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        "echo\r\n\r\nhi");
    for (int i = 0; i < 3; ++i) wire.send("<" + wire.read_bytes(3) + ">");
  });
  Wire caller = dial_proxy();
  caller.send("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  EXPECT_EQ(caller.read_message().status(), 101);
  EXPECT_EQ(caller.read_bytes(2), "hi");
  for (const char* word : {"abc", "\r\n\r", "GET"}) {
    caller.send(word);
    EXPECT_EQ(caller.read_bytes(5), std::string("<") + word + ">");
  }
  EXPECT_EQ(caller.ending(), Ending::kClosed);
}

TEST_F(PassThrough, RefusedUpgradeStaysHttp) {
  serve([](const Message&) { return ok("no"); });
  Wire caller = dial_proxy();
  for (int i = 0; i < 2; ++i) {
    caller.send("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    EXPECT_EQ(caller.read_message().body, "no");
  }
}

TEST_F(PassThrough, ConnectBecomesTunnelWithHalfClose) {
  serve_wire([](Wire& wire) {
    EXPECT_EQ(wire.read_message().first_line(), "CONNECT far:443 HTTP/1.1");
    wire.send("HTTP/1.1 200 Connected\r\n\r\n");
    const std::string all = wire.read_for(3000);  // until the caller's half close
    wire.send("got " + all);
  });
  Wire caller = dial_proxy();
  caller.send("CONNECT far:443 HTTP/1.1\r\nHost: far\r\n\r\n");
  EXPECT_EQ(caller.read_message(true).status(), 200);
  caller.send("secret");
  caller.half_close();
  EXPECT_EQ(caller.read_bytes(10), "got secret");
  EXPECT_EQ(caller.ending(), Ending::kClosed);
}

TEST_F(PassThrough, FiveMegabytesEachWay) {
  const std::string up = large_body(5'000'000);
  const std::string down = large_body(5'100'000);
  serve([&](const Message& message) {
    EXPECT_TRUE(message.body == up);
    return ok(down);
  });
  Wire caller = dial_proxy();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(caller.send(request("POST", "/", "", up)));
    EXPECT_TRUE(caller.read_message().body == down);
  }
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, SlowReadersHoldUpTheSender) {
  const std::string body = large_body(20'000'000);
  std::atomic<size_t> sent{0};
  serve_wire([&](Wire& wire) {
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n");
    for (size_t i = 0; i < body.size(); i += 100'000) {
      if (!wire.send(body.substr(i, 100'000))) return;
      sent += 100'000;
    }
    wire.read_message();
  });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/"));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  // The kernel's buffers of four socket ends, not the proxy's memory, hold what is not
  // read.
  EXPECT_LT(sent.load(), body.size());
  EXPECT_TRUE(caller.read_message().body == body);
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, BytewiseRequestAndAnswer) {
  serve_wire([](Wire& wire) {
    EXPECT_EQ(wire.read_message().body, "xyz");
    for (const char byte : ok("abc")) wire.send(std::string(1, byte));
    wire.read_message();
  });
  Wire caller = dial_proxy();
  for (const char byte : request("POST", "/", "", "xyz"))
    caller.send(std::string(1, byte));
  EXPECT_EQ(caller.read_message().body, "abc");
}

TEST_F(PassThrough, EarlyAnswerKeepsTheConnection) {
  serve_wire([](Wire& wire) {
    for (int i = 0; i < 2; ++i) {
      const std::string head = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
      EXPECT_EQ(wire.read_bytes(head.size()), head);
      wire.send(ok("early"));
      EXPECT_EQ(wire.read_bytes(5), "later");
    }
    wire.read_message();
    wire.send(ok("done"));
  });
  Wire caller = dial_proxy();
  for (int i = 0; i < 2; ++i) {
    caller.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(caller.read_message().body, "early");
    caller.send("later");
  }
  caller.send(request("GET", "/"));
  EXPECT_EQ(caller.read_message().body, "done");
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(PassThrough, IdleConnectionClosedByTheCalleeIsNotNoticed) {
  std::atomic<int> closed{0};
  serve_wire([&](Wire& wire) {
    wire.read_message();
    wire.send(ok("one"));
    wire.half_close();  // without having said so in the answer
    ++closed;
    wire.read_for(8000);
  });
  Wire caller = dial_proxy();
  for (int i = 0; i < 10; ++i) {
    caller.send(request("POST", "/", "", "x"));
    EXPECT_EQ(caller.read_message().body, "one") << i;
    while (closed.load() <= i) std::this_thread::yield();
  }
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, UnreadRequestOnAnOldConnectionIsSentAgainIfSafe) {
  std::atomic<int> connections{0};
  serve_wire([&](Wire& wire) {
    wire.read_message();
    wire.send(ok("one"));
    if (++connections == 2) {
      wire.read_message();
      return;
    }
    pollfd next{wire.fd(), POLLIN, 0};
    ::poll(&next, 1, 8000);
    wire.close_with_reset();  // the next request has come and stays unread
  });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/"));
  EXPECT_EQ(caller.read_message().body, "one");
  caller.send(request("GET", "/"));
  EXPECT_EQ(caller.read_message().body, "one");
  EXPECT_EQ(callee_->connections(), 2);
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, UnreadPostOnAnOldConnectionIsNotSentAgain) {
  serve_wire([](Wire& wire) {
    wire.read_message();
    wire.send(ok("one"));
    pollfd next{wire.fd(), POLLIN, 0};
    ::poll(&next, 1, 8000);
    wire.close_with_reset();
  });
  Wire caller = dial_proxy();
  caller.send(request("POST", "/"));
  EXPECT_EQ(caller.read_message().body, "one");
  caller.send(request("POST", "/"));
  EXPECT_EQ(caller.ending(), Ending::kReset);
  EXPECT_EQ(callee_->connections(), 1);
}

TEST_F(PassThrough, RequestIsNotSentTwiceWhenTheCalleeHasReadIt) {
  std::atomic<int> requests{0};
  serve_wire([&](Wire& wire) {
    wire.read_message();
    ++requests;
    wire.send(ok("one"));
    wire.read_message();
    ++requests;  // the second one was read; no answer
  });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/"));
  EXPECT_EQ(caller.read_message().body, "one");
  caller.send(request("GET", "/"));
  EXPECT_EQ(caller.ending(), Ending::kReset);
  EXPECT_EQ(requests.load(), 2);
  callee_.reset();  // its threads use what is above
}

TEST_F(PassThrough, CalleeThatRefusesOrBreaks) {
  {
    Wire caller = dial_proxy();
    caller.send(request("GET", "/"));
    EXPECT_EQ(caller.ending(), Ending::kReset);
  }
  serve_wire([](Wire& wire) {
    wire.read_message();
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  });
  Wire caller = dial_proxy();
  caller.send(request("GET", "/"));
  const Message answer = caller.read_message();
  EXPECT_EQ(answer.status(), 200);
  EXPECT_FALSE(answer.complete);
  EXPECT_EQ(answer.body, "part");
}

TEST_F(PassThrough, UnmarkedAndForeignCallsAreCounted) {
  serve_recording([](const Message&) { return ok("x"); });
  arm();
  Wire caller = dial_proxy();
  caller.send(request("GET", "/"));
  caller.read_message();
  caller.send(request("GET", "/", "tracestate: cutset=r0.0000000000000001,b=2\r\n"));
  caller.read_message();
  const auto reply = collect();
  EXPECT_EQ(reply.unmarked_calls(), 2);
  EXPECT_EQ(reply.calls_size(), 0);
  EXPECT_TRUE(reply.quiet());
  ASSERT_EQ(received().size(), 2u);
  EXPECT_EQ(received()[1].field("tracestate"), "cutset=r0.0000000000000001,b=2");
}

}  // namespace
}  // namespace cutset::testing
