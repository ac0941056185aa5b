// Partitions as clients see them: on new and on open connections, in each direction, for
// namespaces and for local processes; healed, overlapping, and after a crash.
#include "network_fixture.h"
#include <gtest/gtest.h>

namespace cutset::agent::test {
namespace {

constexpr auto kLong = 5000ms;  // for what must come
constexpr auto kShort = 400ms;  // for what must not

class PartitionTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NETWORKS();
    network_.emplace(3);
    instances_.add_container(*network_, 0, "a", {7001});
    instances_.add_container(*network_, 1, "b", {7002});
    instances_.add_container(*network_, 2, "c", {7003});
  }

  bool six() const { return GetParam(); }
  bool reaches(int from, int to) {
    Fd listening;
    Fd client;
    const std::string address = TestNetwork::address(to, six());
    network_->run(to, [&] { listening = listener(address, 7999); });
    network_->run(from, [&] { client = try_connect(address, 7999, kShort); });
    return client.valid();
  }

  std::optional<TestNetwork> network_;
  TestInstances instances_;
};

TEST_P(PartitionTest, BothWaysAndHealedOnAnOpenConnection) {
  const Connection open = connected(*network_, 0, 1, 7002, six());
  MadeFault fault(partition("a", {"b"}), instances_);
  send_text(open.client, "lost for now");
  send_text(open.server, "so is this");
  EXPECT_EQ("", receive(open.server, 12, kShort));
  EXPECT_EQ("", receive(open.client, 10, kShort));
  EXPECT_FALSE(reaches(0, 1));
  EXPECT_FALSE(reaches(1, 0));
  EXPECT_TRUE(reaches(0, 2));
  EXPECT_TRUE(reaches(1, 2));
  EXPECT_NE(std::string::npos, fault.seen().find("packets"));
  fault.undo();
  EXPECT_EQ("lost for now", receive(open.server, 12, kLong));
  EXPECT_EQ("so is this", receive(open.client, 10, kLong));
  EXPECT_TRUE(reaches(0, 1));
}

TEST_P(PartitionTest, WhatIsReadyLosesNothingUntilItsMoment) {
  const Connection open = connected(*network_, 0, 1, 7002, six());
  MadeFault fault(partition("a", {"b"}), instances_, MadeFault::Until::kReady);
  send_text(open.client, "one");
  EXPECT_EQ("one", receive(open.server, 3, kLong));
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_TRUE(reaches(1, 0));
  fault.make();
  send_text(open.client, "two");
  EXPECT_EQ("", receive(open.server, 3, kShort));
  EXPECT_FALSE(reaches(1, 0));
  fault.undo();
  EXPECT_EQ("two", receive(open.server, 3, kLong));
}

TEST_P(PartitionTest, WhatIsReadyAndNeverMadeIsUndone) {
  const std::string before = network_->state(0);
  {
    MadeFault fault(partition("a", {"b"}), instances_, MadeFault::Until::kReady);
    EXPECT_NE(before, network_->state(0));
    const Status undone = undo_record(fault.records().front());
    EXPECT_TRUE(undone.ok());
    EXPECT_EQ(before, network_->state(0));
  }
  EXPECT_EQ(before, network_->state(0));
}

TEST_P(PartitionTest, OutLosesOnlyWhatTheTargetSends) {
  const Connection open = connected(*network_, 0, 1, 7002, six());
  MadeFault fault(partition("a", {"b"}, v1::DIRECTION_OUT), instances_);
  send_text(open.client, "lost");
  send_text(open.server, "arrives");
  EXPECT_EQ("arrives", receive(open.client, 7, kLong));
  EXPECT_EQ("", receive(open.server, 4, kShort));
  fault.undo();
  EXPECT_EQ("lost", receive(open.server, 4, kLong));
}

TEST_P(PartitionTest, InLosesOnlyWhatIsSentToTheTarget) {
  const Connection open = connected(*network_, 0, 1, 7002, six());
  MadeFault fault(partition("a", {"b"}, v1::DIRECTION_IN), instances_);
  send_text(open.client, "arrives");
  send_text(open.server, "lost");
  EXPECT_EQ("arrives", receive(open.server, 7, kLong));
  EXPECT_EQ("", receive(open.client, 4, kShort));
  fault.undo();
  EXPECT_EQ("lost", receive(open.client, 4, kLong));
}

TEST_P(PartitionTest, TheSenderOfADatagramIsToldNothing) {
  Fd from;
  Fd to;
  const std::string here = TestNetwork::address(0, six());
  const std::string there = TestNetwork::address(1, six());
  network_->run(0, [&] { from = datagram_socket(here, 7100); });
  network_->run(1, [&] { to = datagram_socket(there, 7101); });
  MadeFault fault(partition("a", {"b"}), instances_);
  for (int count = 0; count < 20; ++count) send_datagram(from, there, 7101, "lost");
  EXPECT_EQ("", receive(to, 4, kShort));
  fault.undo();
  send_datagram(from, there, 7101, "comes");
  EXPECT_EQ("comes", receive(to, 5, kLong));
}

TEST_P(PartitionTest, OverlappingOnesHealOnlyTheirOwn) {
  const std::string before = network_->state(0);
  MadeFault one(partition("a", {"b"}), instances_);
  MadeFault both(partition("a", {"b", "c"}), instances_);
  one.undo();
  EXPECT_FALSE(reaches(0, 1));
  EXPECT_FALSE(reaches(0, 2));
  both.undo();
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_TRUE(reaches(0, 2));
  EXPECT_EQ(before, network_->state(0));
}

TEST_P(PartitionTest, NothingForeignIsTouched) {
  network_->run(0, [] {
    shell(
        "nft 'add table inet foreign; add chain inet foreign c { type filter hook output "
        "priority raw; policy accept; }; add rule inet foreign c tcp dport 1 drop'; "
        "tc qdisc add dev eth0 root tbf rate 1gbit burst 100kb latency 50ms; "
        "ip rule add fwmark 5 lookup 100");
  });
  const std::string before = network_->state(0);
  {
    MadeFault fault(partition("a", {"b"}), instances_);
    EXPECT_NE(before, network_->state(0));
  }
  EXPECT_EQ(before, network_->state(0));
}

INSTANTIATE_TEST_SUITE_P(Families, PartitionTest, ::testing::Bool(),
                         [](const auto& family) {
                           return family.param ? "IPv6" : "IPv4";
                         });

// Three processes on one loopback, told apart by their cgroups.
class LocalPartitionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NETWORKS();
    network_.emplace(1);
    const char* names[] = {"a", "b", "c"};
    for (int at = 0; at < 3; ++at) {
      groups_.push_back(std::make_unique<TestGroup>(names[at]));
      instances_.add_process(*network_, 0, names[at], "127.0.0.1", {port(at)},
                             *groups_.back());
    }
    for (int at = 0; at < 3; ++at) {
      network_->run(0, [&] {
        groups_[at]->within(
            [&] { listening_.push_back(listener("127.0.0.1", port(at))); });
      });
    }
  }

  static uint16_t port(int at) { return static_cast<uint16_t>(7001 + at); }

  Connection open(int from, int to) {
    Connection result;
    network_->run(0, [&] {
      groups_[from]->within(
          [&] { result.client = try_connect("127.0.0.1", port(to), kShort); });
    });
    if (result.client.valid()) result.server = accepted(listening_[to]);
    return result;
  }

  std::optional<TestNetwork> network_;
  std::vector<std::unique_ptr<TestGroup>> groups_;
  std::vector<Fd> listening_;
  TestInstances instances_;
};

TEST_F(LocalPartitionTest, BothWaysByCgroup) {
  const Connection to_b = open(0, 1);
  const Connection to_a = open(1, 0);
  const Connection bystander = open(2, 1);
  {
    MadeFault fault(partition("a", {"b"}), instances_);
    send_text(to_b.client, "1");
    send_text(to_b.server, "2");
    send_text(to_a.client, "3");
    send_text(to_a.server, "4");
    send_text(bystander.client, "5");
    send_text(bystander.server, "6");
    EXPECT_EQ("5", receive(bystander.server, 1, kLong));
    EXPECT_EQ("6", receive(bystander.client, 1, kLong));
    EXPECT_EQ("", receive(to_b.server, 1, kShort));
    EXPECT_EQ("", receive(to_b.client, 1, kShort));
    EXPECT_EQ("", receive(to_a.server, 1, kShort));
    EXPECT_EQ("", receive(to_a.client, 1, kShort));
    EXPECT_FALSE(open(0, 1).client.valid());
    EXPECT_FALSE(open(1, 0).client.valid());
    EXPECT_TRUE(open(0, 2).client.valid());
    EXPECT_TRUE(open(2, 0).client.valid());
  }
  EXPECT_EQ("1", receive(to_b.server, 1, kLong));
  EXPECT_EQ("2", receive(to_b.client, 1, kLong));
  EXPECT_EQ("3", receive(to_a.server, 1, kLong));
  EXPECT_EQ("4", receive(to_a.client, 1, kLong));
}

TEST_F(LocalPartitionTest, OutByCgroup) {
  const Connection to_b = open(0, 1);
  const Connection to_a = open(1, 0);
  MadeFault fault(partition("a", {"b"}, v1::DIRECTION_OUT), instances_);
  send_text(to_b.client, "lost");
  send_text(to_a.server, "lost");
  send_text(to_b.server, "comes");
  send_text(to_a.client, "comes");
  EXPECT_EQ("comes", receive(to_b.client, 5, kLong));
  EXPECT_EQ("comes", receive(to_a.server, 5, kLong));
  EXPECT_EQ("", receive(to_b.server, 4, kShort));
  EXPECT_EQ("", receive(to_a.client, 4, kShort));
  fault.undo();
  EXPECT_EQ("lost", receive(to_b.server, 4, kLong));
  EXPECT_EQ("lost", receive(to_a.client, 4, kLong));
}

TEST_F(LocalPartitionTest, InByCgroup) {
  const Connection to_b = open(0, 1);
  const Connection to_a = open(1, 0);
  MadeFault fault(partition("a", {"b"}, v1::DIRECTION_IN), instances_);
  send_text(to_b.client, "comes");
  send_text(to_a.server, "comes");
  send_text(to_b.server, "lost");
  send_text(to_a.client, "lost");
  EXPECT_EQ("comes", receive(to_b.server, 5, kLong));
  EXPECT_EQ("comes", receive(to_a.client, 5, kLong));
  EXPECT_EQ("", receive(to_b.client, 4, kShort));
  EXPECT_EQ("", receive(to_a.server, 4, kShort));
}

}  // namespace
}  // namespace cutset::agent::test
