// Clocks of several machines as one, and a history that goes on on another machine.
#include "injector/nodes/node_clocks.h"

#include "history/event_reader.h"
#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

constexpr int64_t kMicro = 1000;
constexpr int64_t kSecond = 1'000'000'000;

play::HostRecord host(const std::string& name, const std::string& boot_id,
                      int64_t offset_ns, int64_t error_ns) {
  play::HostRecord made;
  made.name = name;
  made.boot_id = boot_id;
  made.clock.offset_ns = offset_ns;
  made.clock.error_ns = error_ns;
  return made;
}

TEST(NodeClocks, HostsOfOurKernelHaveOurClock) {
  const NodeClocks clocks = node_clocks({host("a", "ours", 30 * kMicro, 40 * kMicro),
                                         host("b", "ours", -9 * kMicro, 10 * kMicro)},
                                        "b", "ours");
  EXPECT_EQ(clocks.offsets, (std::map<std::string, int64_t>{{"a", 0}, {"b", 0}}));
  EXPECT_FALSE(clocks.clients_elsewhere);
}

TEST(NodeClocks, HostsOfAnotherKernelShareItsBestMeasurement) {
  const NodeClocks clocks =
      node_clocks({host("a", "far", kSecond + 50 * kMicro, 60 * kMicro),
                   host("b", "far", kSecond + 10 * kMicro, 20 * kMicro),
                   host("c", "farther", -2 * kSecond, 20 * kMicro)},
                  "a", "ours");
  EXPECT_EQ(clocks.offsets.at("a"), kSecond + 10 * kMicro);
  EXPECT_EQ(clocks.offsets.at("b"), kSecond + 10 * kMicro);
  EXPECT_EQ(clocks.offsets.at("c"), -2 * kSecond);
  EXPECT_TRUE(clocks.clients_elsewhere);
}

TEST(NodeClocks, AMeasurementThatContradictsTheBootIdStandsForItself) {
  const NodeClocks clocks = node_clocks(
      {host("a", "ours", kSecond, 10 * kMicro), host("b", "copy", 0, 5 * kMicro),
       host("c", "copy", kSecond, 10 * kMicro)},
      "a", "ours");
  EXPECT_EQ(clocks.offsets.at("a"), kSecond);
  EXPECT_EQ(clocks.offsets.at("b"), 0);
  EXPECT_EQ(clocks.offsets.at("c"), kSecond);
  EXPECT_TRUE(clocks.clients_elsewhere);
}

TEST(NodeClocks, WhoTellsNoBootIdHasAClockOfItsOwn) {
  const NodeClocks clocks = node_clocks(
      {host("a", "", 7 * kMicro, 10 * kMicro), host("b", "", kMicro, kMicro)}, "a", "");
  EXPECT_EQ(clocks.offsets.at("a"), 7 * kMicro);
  EXPECT_EQ(clocks.offsets.at("b"), kMicro);
}

std::string lines(int64_t started_unix_ns, int64_t last_ns) {
  return R"({"format":"cutset-history/1","seed":7,"started_unix_ns":)" +
         std::to_string(started_unix_ns) +
         R"(,"started_monotonic_ns":5}
{"process":0,"type":"invoke","f":"write","key":"k","value":"v","token":"t","time":1}
{"process":0,"type":"ok","f":"write","key":"k","time":)" +
         std::to_string(last_ns) + "}\n";
}

TEST(NodeClocks, AHistoryOfAnotherMachineGoesOnHere) {
  // It began there at 110 s by that clock, which is 10 s ahead: at 100 s by ours.
  const auto ours = history_by_our_clock(lines(110 * kSecond, 2 * kSecond), 10 * kSecond,
                                         {103 * kSecond, 40 * kSecond});
  ASSERT_TRUE(ours.ok()) << ours.error().text();
  const auto log = history::parse_history(*ours, "h");
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ(log->header.seed, 7U);
  EXPECT_EQ(log->header.started_unix_ns, 100 * kSecond);
  EXPECT_EQ(log->header.started_monotonic_ns, 37 * kSecond);
  const auto theirs = history::parse_history(lines(0, 2 * kSecond), "h");
  ASSERT_EQ(log->events.size(), 2U);
  EXPECT_TRUE(log->events[0].same_as(theirs->events[0]));
  EXPECT_TRUE(log->events[1].same_as(theirs->events[1]));
}

TEST(NodeClocks, TimeDoesNotRunBackwardsWhereAHistoryGoesOn) {
  // By the measurement the last line would be written 1 s from now.
  const auto ours = history_by_our_clock(lines(100 * kSecond, 4 * kSecond), 0,
                                         {103 * kSecond, 40 * kSecond});
  ASSERT_TRUE(ours.ok()) << ours.error().text();
  EXPECT_EQ(history::parse_history(*ours, "h")->header.started_monotonic_ns,
            36 * kSecond);
}

TEST(NodeClocks, WhatIsNoHistoryIsRefused) {
  for (const char* const text :
       {"", "no JSON\n", "{\"format\":\"cutset-history/1\",\"seed\":1}\n",
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"}) {
    const auto ours = history_by_our_clock(text, 0, {});
    ASSERT_FALSE(ours.ok()) << text;
    EXPECT_EQ(ours.error().kind, ErrorKind::kBadInput) << text;
  }
}

}  // namespace
}  // namespace cutset::injector
