// From decision to effect: how long after apply() is called does a packet first meet the
// fault, and how long after undo() does one first pass as before?
//
//   cutset_link_effect_benchmark [rounds]
//
// Two hosts in namespaces, a datagram every 100 microseconds with the time at which it
// was sent. A fault is in effect for a datagram that is lost or more than 10 ms on its
// way. One line of JSON for each fault: medians and largest of the rounds, in
// milliseconds.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "network_fixture.h"
#include <fmt/format.h>

namespace cutset::agent::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kInterval = 100us;
constexpr auto kLate = 10ms;
constexpr uint16_t kPort = 7002;

int64_t now() {
  return Clock::now().time_since_epoch().count();
}

// Datagrams from host 0 to host 1, and which of them arrived in time.
class Stream {
 public:
  explicit Stream(const TestNetwork& network) {
    network.run(0, [&] { from_ = datagram_socket(TestNetwork::address(0), 7001); });
    network.run(1, [&] { to_ = datagram_socket(TestNetwork::address(1), kPort); });
    sending_ = std::thread([this] { send(); });
    receiving_ = std::thread([this] { arrive(); });
  }
  ~Stream() {
    stop_ = true;
    sending_.join();
    receiving_.join();
  }

  /// When the newest datagram that arrived in time was sent.
  int64_t newest_in_time() const { return newest_; }

 private:
  void send() {
    for (auto next = Clock::now(); !stop_; next += kInterval) {
      std::this_thread::sleep_until(next);
      const int64_t time = now();
      const std::string text(reinterpret_cast<const char*>(&time), sizeof time);
      send_datagram(from_, TestNetwork::address(1), kPort, text);
    }
  }
  void arrive() {
    while (!stop_) {
      const std::string text = receive(to_, sizeof(int64_t), 50ms);
      if (text.size() != sizeof(int64_t)) continue;
      int64_t sent = 0;
      std::memcpy(&sent, text.data(), sizeof sent);
      if (now() - sent < std::chrono::nanoseconds(kLate).count()) newest_ = sent;
    }
  }

  Fd from_;
  Fd to_;
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> newest_{0};
  std::thread sending_;
  std::thread receiving_;
};

struct Figures {
  std::vector<double> values;  // ms
  double median() {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }
};

void measure(const char* name, const v1::Step& step, const TestNetwork& network,
             TestInstances& instances, int rounds) {
  Figures effect;
  Figures healed;
  for (int round = 0; round < rounds; ++round) {
    const Stream stream(network);
    std::this_thread::sleep_for(200ms);
    MadeFault fault(step, instances);
    std::this_thread::sleep_for(300ms);
    // The newest that passed before the fault was there: the next one meets it.
    effect.values.push_back(std::max(
        0.0, static_cast<double>(stream.newest_in_time() - fault.applied_at()) / 1e6));
    const int64_t begun = now();
    fault.undo();
    while (stream.newest_in_time() < begun) std::this_thread::sleep_for(200us);
    healed.values.push_back(static_cast<double>(stream.newest_in_time() - begun) / 1e6);
  }
  fmt::print(
      "{{\"fault\": \"{}\", \"rounds\": {}, \"effect_ms\": {:.2f}, \"effect_max_ms\": "
      "{:.2f}, \"healed_ms\": {:.2f}, \"healed_max_ms\": {:.2f}}}\n",
      name, rounds, effect.median(), effect.values.back(), healed.median(),
      healed.values.back());
}

v1::Step to_b() {
  v1::Step step;
  *step.mutable_target() = instance("a");
  return step;
}

int run(int rounds) {
  if (const std::string reason = why_no_networks(); !reason.empty()) {
    fmt::print(stderr, "not run: {}\n", reason);
    return 2;
  }
  const TestNetwork network(2);
  TestInstances instances;
  instances.add_container(network, 0, "a", {7001});
  instances.add_container(network, 1, "b", {kPort});
  measure("partition", partition("a", {"b"}), network, instances, rounds);
  measure("partition out", partition("a", {"b"}, v1::DIRECTION_OUT), network, instances,
          rounds);
  v1::Step delay = to_b();
  *delay.mutable_delay()->add_peers() = instance("b");
  delay.mutable_delay()->set_delay_ns(std::chrono::nanoseconds(50ms).count());
  measure("delay", delay, network, instances, rounds);
  v1::Step omission = to_b();
  *omission.mutable_omission()->add_peers() = instance("b");
  omission.mutable_omission()->mutable_messages()->set_framing(v1::FRAMING_DATAGRAM);
  measure("omission", omission, network, instances, rounds);
  v1::Step bandwidth = to_b();
  *bandwidth.mutable_bandwidth()->add_peers() = instance("b");
  bandwidth.mutable_bandwidth()->set_direction(v1::DIRECTION_OUT);
  bandwidth.mutable_bandwidth()->set_bits_per_second(1000);
  measure("bandwidth out", bandwidth, network, instances, rounds);
  return 0;
}

}  // namespace
}  // namespace cutset::agent::test

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 9;
  return cutset::agent::test::run(std::max(rounds, 1));
}
