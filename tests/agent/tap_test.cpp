// Delay, omission and bandwidth as clients see them, on namespaces and on one loopback.
#include <algorithm>
#include <thread>

#include "network_fixture.h"
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace cutset::agent::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLong = 5000ms;
constexpr auto kShort = 400ms;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

v1::Step delay(const std::string& target, const std::string& peer,
               std::chrono::nanoseconds time, std::chrono::nanoseconds jitter = 0ns) {
  v1::Step step;
  *step.mutable_target() = instance(target);
  *step.mutable_delay()->add_peers() = instance(peer);
  step.mutable_delay()->set_delay_ns(time.count());
  step.mutable_delay()->set_jitter_ns(jitter.count());
  return step;
}

v1::Step omission(const std::string& target, const std::string& peer, v1::Framing framing,
                  uint64_t first, uint64_t last, const std::string& operation = "") {
  v1::Step step;
  *step.mutable_target() = instance(target);
  *step.mutable_omission()->add_peers() = instance(peer);
  v1::MessageFilter& filter = *step.mutable_omission()->mutable_messages();
  filter.set_framing(framing);
  filter.set_first(first);
  filter.set_last(last);
  filter.set_operation(operation);
  return step;
}

v1::Step bandwidth(const std::string& target, const std::string& peer,
                   v1::Direction direction, uint64_t bits_per_second) {
  v1::Step step;
  *step.mutable_target() = instance(target);
  *step.mutable_bandwidth()->add_peers() = instance(peer);
  step.mutable_bandwidth()->set_direction(direction);
  step.mutable_bandwidth()->set_bits_per_second(bits_per_second);
  return step;
}

// There and back, the shortest of a few: a loaded machine makes it longer, never shorter.
double round_trip(const Connection& connection) {
  double shortest = 1e9;
  for (int count = 0; count < 8; ++count) {
    const auto begun = Clock::now();
    send_text(connection.client, "x");
    EXPECT_EQ("x", receive(connection.server, 1, kLong));
    send_text(connection.server, "y");
    EXPECT_EQ("y", receive(connection.client, 1, kLong));
    shortest = std::min(shortest, milliseconds(Clock::now() - begun));
  }
  return shortest;
}

class TapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NETWORKS();
    network_.emplace(3);
    instances_.add_container(*network_, 0, "a", {7001});
    instances_.add_container(*network_, 1, "b", {7002});
    instances_.add_container(*network_, 2, "c", {7003});
  }

  Fd datagrams(int host, uint16_t port) {
    Fd socket;
    network_->run(host,
                  [&] { socket = datagram_socket(TestNetwork::address(host), port); });
    return socket;
  }

  std::optional<TestNetwork> network_;
  TestInstances instances_;
};

TEST_F(TapTest, DelayOfAnOpenConnectionOneWay) {
  const std::string before = network_->state(0);
  const Connection open = connected(*network_, 0, 1, 7002);
  const Connection six = connected(*network_, 0, 1, 7010, true);
  const Connection bystander = connected(*network_, 0, 2, 7003);
  EXPECT_LT(round_trip(open), 40);
  {
    MadeFault fault(delay("a", "b", 50ms), instances_);
    const double took = round_trip(open);
    RecordProperty("round_trip_ms", std::to_string(took));
    EXPECT_GE(took, 50);
    EXPECT_LT(took, 90) << "twice the delay would be both ways";
    EXPECT_GE(round_trip(six), 50);
    EXPECT_LT(round_trip(bystander), 40);
  }
  EXPECT_LT(round_trip(open), 40);
  EXPECT_LT(round_trip(six), 40);
  EXPECT_EQ(before, network_->state(0));
}

TEST_F(TapTest, WhatIsReadyTouchesNoPacketUntilItsMoment) {
  const Connection connection = connected(*network_, 0, 1, 7002);
  const std::string before = network_->state(0);
  for (const v1::Step& step :
       {delay("a", "b", 300ms), bandwidth("a", "b", v1::DIRECTION_BOTH, 1000),
        omission("a", "b", v1::FRAMING_DATAGRAM, 1, 0)}) {
    MadeFault fault(step, instances_, MadeFault::Until::kReady);
    EXPECT_LT(round_trip(connection), 200);
    fault.undo();
    EXPECT_EQ(before, network_->state(0));
  }
  MadeFault fault(delay("a", "b", 300ms), instances_, MadeFault::Until::kReady);
  EXPECT_LT(round_trip(connection), 200);
  fault.make();
  EXPECT_GE(round_trip(connection), 300);
}

TEST_F(TapTest, NewConnectionsAreDelayedToo) {
  MadeFault fault(delay("a", "b", 50ms), instances_);
  const auto begun = Clock::now();
  const Connection open = connected(*network_, 0, 1, 7002);
  EXPECT_GE(milliseconds(Clock::now() - begun), 50);
}

TEST_F(TapTest, DelaysAddUp) {
  const Connection open = connected(*network_, 0, 1, 7002);
  MadeFault one(delay("a", "b", 30ms), instances_);
  MadeFault two(delay("a", "b", 40ms), instances_);
  EXPECT_GE(round_trip(open), 70);
  one.undo();
  const double took = round_trip(open);
  EXPECT_GE(took, 40);
  EXPECT_LT(took, 70);
}

TEST_F(TapTest, JitterKeepsTheOrder) {
  MadeFault fault(delay("a", "b", 20ms, 20ms), instances_);
  const Fd sender = datagrams(0, 7100);
  const Fd receiver = datagrams(1, 7101);
  constexpr int kCount = 200;
  for (int count = 0; count < kCount; ++count)
    send_datagram(sender, TestNetwork::address(1), 7101, std::to_string(1000 + count));
  std::vector<std::string> arrived;
  for (int count = 0; count < kCount; ++count)
    arrived.push_back(receive(receiver, 4, kLong));
  EXPECT_TRUE(std::is_sorted(arrived.begin(), arrived.end()));
  EXPECT_EQ("1199", arrived.back());
}

TEST_F(TapTest, ALargeTransferPassesWhole) {
  const Connection open = connected(*network_, 0, 1, 7002);
  MadeFault fault(delay("a", "b", 5ms), instances_);
  std::string sent(size_t{4} << 20, '\0');
  for (size_t at = 0; at < sent.size(); ++at) sent[at] = static_cast<char>(at * 31 >> 3);
  std::thread sending([&] { send_text(open.client, sent); });
  const std::string got = receive(open.server, sent.size(), 20000ms);
  sending.join();
  EXPECT_EQ(sent.size(), got.size());
  EXPECT_TRUE(sent == got);
}

TEST_F(TapTest, TheNthDatagramIsLost) {
  const Fd sender = datagrams(0, 7100);
  const Fd receiver = datagrams(1, 7101);
  MadeFault fault(omission("a", "b", v1::FRAMING_DATAGRAM, 3, 4), instances_);
  for (int number = 1; number <= 6; ++number)
    send_datagram(sender, TestNetwork::address(1), 7101, std::to_string(number));
  std::string got;
  for (int count = 0; count < 4; ++count) got += receive(receiver, 1, kLong);
  EXPECT_EQ("1256", got);
  EXPECT_EQ("", receive(receiver, 1, kShort));
  EXPECT_NE(std::string::npos, fault.seen().find("6 messages seen, 2 losses"));
}

const std::string kSet = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
const std::string kGet = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";

TEST_F(TapTest, AStreamIsSilentFromTheMessageOn) {
  const Connection open = connected(*network_, 0, 1, 7002);
  MadeFault fault(omission("a", "b", v1::FRAMING_RESP, 2, 0, "SET"), instances_);
  send_text(open.client, kSet + kGet + kSet + kGet);
  EXPECT_EQ(kSet + kGet, receive(open.server, 1000, kShort));
  fault.undo();
  EXPECT_EQ(kSet + kGet, receive(open.server, kSet.size() + kGet.size(), kLong));
}

TEST_F(TapTest, AMessageOfAStreamIsLostWithItsConnection) {
  const Connection open = connected(*network_, 0, 1, 7002);
  MadeFault fault(omission("a", "b", v1::FRAMING_RESP, 2, 2, "SET"), instances_);
  send_text(open.client, kSet + kGet + kSet + kGet);
  EXPECT_EQ(kSet + kGet, receive(open.server, 1000, kLong));
  char byte = 0;
  EXPECT_EQ(-1, ::recv(open.client.get(), &byte, 1, 0));
  EXPECT_EQ(ECONNRESET, errno);
  const Connection next = connected(*network_, 0, 1, 7012);
  send_text(next.client, kSet);
  EXPECT_EQ(kSet, receive(next.server, kSet.size(), kLong));
}

// Bits per second at which 1 MiB arrives.
double rate(const Fd& from, const Fd& to) {
  const std::string sent(size_t{1} << 20, 'x');
  std::thread sending([&] { send_text(from, sent); });
  const auto begun = Clock::now();
  const std::string got = receive(to, sent.size(), 30000ms);
  sending.join();
  EXPECT_EQ(sent.size(), got.size());
  return static_cast<double>(got.size()) * 8 /
         std::chrono::duration<double>(Clock::now() - begun).count();
}

TEST_F(TapTest, BandwidthOutAndIn) {
  const Connection open = connected(*network_, 0, 1, 7002);
  {
    MadeFault fault(bandwidth("a", "b", v1::DIRECTION_OUT, 8'000'000), instances_);
    const double out = rate(open.client, open.server);
    RecordProperty("out_bits_per_second", std::to_string(out));
    EXPECT_LT(out, 8'400'000);
    EXPECT_GT(out, 5'000'000);
    EXPECT_GT(rate(open.server, open.client), 40'000'000);
  }
  {
    MadeFault fault(bandwidth("a", "b", v1::DIRECTION_IN, 8'000'000), instances_);
    const double in = rate(open.server, open.client);
    RecordProperty("in_bits_per_second", std::to_string(in));
    EXPECT_LT(in, 8'400'000);
    EXPECT_GT(in, 5'000'000);
    EXPECT_GT(rate(open.client, open.server), 40'000'000);
  }
}

// Local processes on one loopback.
class LocalTapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NETWORKS();
    network_.emplace(1);
    for (const char* name : {"a", "b", "c"}) {
      const auto port = static_cast<uint16_t>(7001 + groups_.size());
      groups_.push_back(std::make_unique<TestGroup>(name));
      instances_.add_process(*network_, 0, name, "127.0.0.1", {port}, *groups_.back());
      network_->run(0, [&] {
        groups_.back()->within(
            [&] { listening_.push_back(listener("127.0.0.1", port)); });
      });
    }
  }

  Connection open(size_t from, size_t to) {
    Connection result;
    network_->run(0, [&] {
      groups_[from]->within([&] {
        result.client = try_connect("127.0.0.1", static_cast<uint16_t>(7001 + to));
      });
    });
    result.server = accepted(listening_[to]);
    return result;
  }

  std::optional<TestNetwork> network_;
  std::vector<std::unique_ptr<TestGroup>> groups_;
  std::vector<Fd> listening_;
  TestInstances instances_;
};

TEST_F(LocalTapTest, DelayByCgroupOfBothKindsOfConnections) {
  const std::string before = network_->state(0);
  const Connection called = open(0, 1);
  const Connection answered = open(1, 0);
  const Connection bystander = open(2, 1);
  {
    MadeFault fault(delay("a", "b", 50ms), instances_);
    EXPECT_GE(round_trip(called), 50);
    EXPECT_LT(round_trip(called), 90);
    EXPECT_GE(round_trip(answered), 50);
    EXPECT_LT(round_trip(answered), 90);
    EXPECT_LT(round_trip(bystander), 40);
  }
  EXPECT_LT(round_trip(called), 40);
  EXPECT_EQ(before, network_->state(0));
}

TEST_F(LocalTapTest, BandwidthInByCgroup) {
  const Connection called = open(0, 1);
  const Connection bystander = open(2, 1);
  MadeFault fault(bandwidth("a", "b", v1::DIRECTION_IN, 8'000'000), instances_);
  const double in = rate(called.server, called.client);
  EXPECT_LT(in, 8'400'000);
  EXPECT_GT(in, 4'000'000);
  EXPECT_GT(rate(called.client, called.server), 40'000'000);
  EXPECT_GT(rate(bystander.server, bystander.client), 40'000'000);
}

TEST_F(LocalTapTest, APartitionHoldsForPacketsThatATapForwards) {
  const Connection called = open(0, 1);
  MadeFault delayed(delay("a", "b", 20ms), instances_);
  EXPECT_GE(round_trip(called), 20);
  MadeFault cut(partition("a", {"b"}, v1::DIRECTION_OUT), instances_);
  send_text(called.client, "lost");
  EXPECT_EQ("", receive(called.server, 4, kShort));
  cut.undo();
  EXPECT_EQ("lost", receive(called.server, 4, kLong));
}

}  // namespace
}  // namespace cutset::agent::test
