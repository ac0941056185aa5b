// The mark's grammar and the change of a head, without sockets.
#include "agent/proxy/mark.h"

#include <gtest/gtest.h>

namespace cutset::agent::proxy {

namespace {

TEST(Mark, Grammar) {
  EXPECT_EQ(parse_mark("r1.00000000000000ff"), (Mark{"r1", 255}));
  EXPECT_EQ(parse_mark("a.b-c_d.0"), (Mark{"a.b-c_d", 0}));
  EXPECT_EQ(parse_mark("r.FFFFFFFFFFFFFFFF"), (Mark{"r", ~uint64_t{0}}));
  for (const char* wrong : {"", ".", "r1", "r1.", ".5", "r1.00000000000000000", "r1.xyz",
                            "r 1.5", "r1. 5", "r1.5 ", "r1.-5", "r1.0x5"}) {
    EXPECT_FALSE(parse_mark(wrong).has_value()) << wrong;
  }
  EXPECT_TRUE(parse_mark(std::string(64, 'r') + ".1").has_value());
  EXPECT_FALSE(parse_mark(std::string(65, 'r') + ".1").has_value());
}

TEST(Mark, FirstWellFormedMemberCounts) {
  EXPECT_EQ(find_mark("a=1, cutset=r.2 ,cutset=r.3"), (Mark{"r", 2}));
  EXPECT_EQ(find_mark(",,cutset=,cutset=r.3"), (Mark{"r", 3}));
  EXPECT_EQ(find_mark(" cutset = r.4;ttl=3"), (Mark{"r", 4}));
  EXPECT_FALSE(find_mark("xcutset=r.2,cutsetx=r.2,cutset").has_value());
}

TEST(Mark, TracestateKeepsOthersWithinTheLimits) {
  EXPECT_EQ(tracestate_with("", "r", 1), "cutset=r.0000000000000001");
  EXPECT_EQ(tracestate_with(" a=1 ,, cutset=r.5,b=2", "r", 1),
            "cutset=r.0000000000000001,a=1,b=2");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + "=v,";
  const std::string limited = tracestate_with(many, "r", 1);
  EXPECT_EQ(std::count(limited.begin(), limited.end(), ','), 31);
  EXPECT_EQ(tracestate_with("a=" + std::string(600, 'x'), "r", 1),
            "cutset=r.0000000000000001");
}

TEST(Mark, HeadIsChangedInPlace) {
  const RequestHead head(
      "\r\nGET /a?b HTTP/1.1\r\nHost: x\r\nTraceState: a=1,\r\n b=2\r\nbaggage: u=1\r\n"
      "Expect: 100-continue\r\ntracestate: c=3\r\nLast: 1\r\n\r\n");
  EXPECT_EQ(head.method(), "GET");
  EXPECT_EQ(head.target(), "/a?b");
  HeadChange change;
  change.run = "r";
  change.handle = 1;
  change.traceparent = "T";
  change.drop_expect = true;
  EXPECT_EQ(changed_head(head, change),
            "GET /a?b HTTP/1.1\r\nHost: x\r\n"
            "tracestate: cutset=r.0000000000000001,a=1,b=2,c=3\r\nbaggage: u=1\r\n"
            "Last: 1\r\ntraceparent: T\r\n\r\n");
}

TEST(Mark, HeadWithBareLineFeeds) {
  const RequestHead head("GET / HTTP/1.1\nHost: x\ntracestate: a=1\n\n");
  ASSERT_EQ(head.fields().size(), 2u);
  HeadChange change;
  change.run = "r";
  EXPECT_EQ(changed_head(head, change),
            "GET / HTTP/1.1\nHost: x\ntracestate: cutset=r.0000000000000000,a=1\r\n\n");
}

TEST(Mark, BaggageMemberKeepsItsPlace) {
  EXPECT_EQ(baggage_with("a=1, cutset=r.1;x, b=2,cutset=r.9", "r", 2),
            "a=1,cutset=r.0000000000000002,b=2");
}

TEST(Mark, Traceparent) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(parse_traceparent(good).trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(parse_traceparent(good).span_id, "b7ad6b7169203331");
  EXPECT_EQ(parse_traceparent("").trace_id, "");
  EXPECT_EQ(parse_traceparent(good.substr(1)).trace_id, "");
  EXPECT_EQ(parse_traceparent("00-zzf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .trace_id,
            "");
}

}  // namespace
}  // namespace cutset::agent::proxy
