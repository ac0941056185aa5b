// The gate of messages: a cut after (or before) the nth message is exact to the byte.
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "network_fixture.h"
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "agent/link/link_gate.h"
#include "agent/random_word.h"

namespace cutset::agent::test {
namespace {

v1::MessageTrigger trigger(uint64_t nth, bool after, const std::string& operation = "") {
  v1::MessageTrigger result;
  *result.mutable_from() = instance("a");
  *result.mutable_to() = instance("b");
  result.mutable_messages()->set_framing(v1::FRAMING_RESP);
  result.mutable_messages()->set_operation(operation);
  result.mutable_messages()->set_first(nth);
  result.set_after(after);
  return result;
}

std::string command(const std::string& name, const std::string& token) {
  return "*2\r\n$" + std::to_string(name.size()) + "\r\n" + name + "\r\n$" +
         std::to_string(token.size()) + "\r\n" + token + "\r\n";
}

// Waits for the gate; `made` is what the executor does before it lets go.
class Reach {
 public:
  explicit Reach(std::function<void()> made) : made_(std::move(made)) {}
  ~Reach() {
    if (thread_.joinable()) thread_.join();
  }

  MessageGate::Reached callback() {
    return [this](const std::string& what, std::function<void()> release) {
      thread_ = std::thread([this, what, release = std::move(release)] {
        made_();
        release();
        const std::lock_guard lock(mutex_);
        what_ = what;
        done_.notify_all();
      });
    };
  }
  std::string wait() {
    std::unique_lock lock(mutex_);
    done_.wait_for(lock, 5s, [this] { return !what_.empty(); });
    return what_;
  }

 private:
  const std::function<void()> made_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::string what_;
};

class GateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NETWORKS();
    network_.emplace(2);
    instances_.add_container(*network_, 0, "a", {7001});
    instances_.add_container(*network_, 1, "b", {7002});
    gate_.emplace(instances_, intents_, random_word().value());
  }

  // One trial: commands in pieces of any size, a cut at the gate, what arrived before it.
  // Returns what should have arrived, and did.
  std::pair<std::string, std::string> trial(uint64_t seed, bool after, bool nagle) {
    std::mt19937_64 random(seed);
    const Connection open =
        connected(*network_, 0, 1, static_cast<uint16_t>(20000 + seed % 20000));
    const int off = nagle ? 0 : 1;
    ::setsockopt(open.client.get(), IPPROTO_TCP, TCP_NODELAY, &off, sizeof off);
    constexpr uint64_t kCommands = 60;
    const uint64_t nth = 1 + random() % (kCommands - 10);
    std::string all;
    std::string expected;
    for (uint64_t number = 1; number <= kCommands; ++number) {
      const std::string token(1 + random() % (random() % 8 == 0 ? 3000 : 60), 'x');
      if (number == nth && !after) expected = all;
      all += command("SET", std::to_string(number) + token);
      if (number == nth && after) expected = all;
    }
    std::optional<MadeFault> cut;
    Reach reach([&] { cut.emplace(partition("a", {"b"}), instances_); });
    auto watch = gate_->watch(trigger(nth, after), reach.callback());
    EXPECT_TRUE(watch.ok()) << watch.error().text();
    std::thread sending([&, all] {
      for (size_t at = 0; at < all.size();) {
        const size_t size = std::min<size_t>(1 + random() % 700, all.size() - at);
        ::send(open.client.get(), all.data() + at, size, MSG_NOSIGNAL);
        at += size;
      }
    });
    EXPECT_NE("", reach.wait());
    const std::string got = receive(open.server, expected.size(), 2000ms);
    const std::string more = receive(open.server, 1, 30ms);
    sending.join();
    EXPECT_GE((*watch)->hits(), nth);
    cut.reset();
    const std::string rest = receive(open.server, all.size() - got.size(), 5000ms);
    EXPECT_TRUE(all == got + more + rest) << "what was cut arrives after healing";
    return {expected, got + more};
  }

  void exact(bool after, bool nagle) {
    constexpr int kTrials = 100;
    int exact_ones = 0;
    for (int number = 0; number < kTrials; ++number) {
      const auto [expected, got] =
          trial(static_cast<uint64_t>(number) * 4 + after * 2 + nagle, after, nagle);
      if (expected == got) ++exact_ones;
    }
    RecordProperty("exact_of_100", exact_ones);
    EXPECT_EQ(kTrials, exact_ones);
  }

  std::optional<TestNetwork> network_;
  TestInstances instances_;
  TestIntents intents_;
  std::optional<link::LinkGate> gate_;
};

TEST_F(GateTest, ExactAfterWithoutNagle) {
  exact(true, false);
}
TEST_F(GateTest, ExactAfterWithNagle) {
  exact(true, true);
}
TEST_F(GateTest, ExactBeforeWithoutNagle) {
  exact(false, false);
}
TEST_F(GateTest, ExactBeforeWithNagle) {
  exact(false, true);
}

TEST_F(GateTest, CountsOnlyTheNamedOperationOverAllConnections) {
  const Connection one = connected(*network_, 0, 1, 7002);
  const Connection two = connected(*network_, 0, 1, 7003);
  const std::string before = network_->state(0);
  std::optional<MadeFault> cut;
  Reach reach([&] { cut.emplace(partition("a", {"b"}), instances_); });
  auto watch = gate_->watch(trigger(2, false, "SET"), reach.callback());
  ASSERT_TRUE(watch.ok()) << watch.error().text();
  EXPECT_EQ(1U, intents_.open().size());
  const std::string first =
      command("GET", "1") + command("SET", "2") + command("GET", "3");
  send_text(one.client, first);
  EXPECT_EQ(first, receive(one.server, first.size(), 5000ms));
  send_text(two.client, command("GET", "4") + command("SET", "5") + command("GET", "6"));
  EXPECT_NE(std::string::npos, reach.wait().find("message 2 from a/0 to b/0, SET"));
  EXPECT_EQ(command("GET", "4"), receive(two.server, 1000, 300ms));
  watch = Error::internal("closed");
  cut.reset();
  EXPECT_TRUE(intents_.open().empty());
  EXPECT_EQ(before, network_->state(0));
}

TEST_F(GateTest, WhatIsHeldGoesOnWithoutAStep) {
  const Connection open = connected(*network_, 0, 1, 7002);
  Reach reach([] {});
  auto watch = gate_->watch(trigger(2, true), reach.callback());
  ASSERT_TRUE(watch.ok()) << watch.error().text();
  const std::string all = command("SET", "1") + command("SET", "2") + command("SET", "3");
  send_text(open.client, all);
  EXPECT_EQ(all, receive(open.server, all.size(), 2000ms));
  EXPECT_NE("", reach.wait());
}

TEST_F(GateTest, RefusesWhatItCannotCount) {
  v1::MessageTrigger bytes = trigger(1, false);
  bytes.mutable_messages()->set_framing(v1::FRAMING_NONE);
  EXPECT_NE(std::string::npos,
            gate_->check(bytes).error().message.find("with a framing"));
  v1::MessageTrigger unknown = trigger(1, false);
  *unknown.mutable_to() = instance("nobody");
  EXPECT_FALSE(gate_->check(unknown).ok());
  v1::MessageTrigger distant = trigger(1, false);
  instances_.add_elsewhere("far", "10.77.0.99", {1});
  *distant.mutable_from() = instance("far");
  EXPECT_FALSE(gate_->check(distant).ok());
}

}  // namespace
}  // namespace cutset::agent::test
