// kill -9 of whoever made network faults: open connections go on by themselves where the
// kernel can heal, and the records alone undo the rest.
#include "network_fixture.h"
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/link/link_gate.h"
#include "agent/random_word.h"

namespace cutset::agent::test {
namespace {

// Makes the faults, says so with their records, and waits to be killed.
[[noreturn]] void make_faults(TestInstances& instances, int out) {
  v1::Step delay;
  *delay.mutable_target() = instance("a");
  *delay.mutable_delay()->add_peers() = instance("b");
  delay.mutable_delay()->set_delay_ns(std::chrono::nanoseconds(5s).count());
  v1::Step bandwidth;
  *bandwidth.mutable_target() = instance("a");
  *bandwidth.mutable_bandwidth()->add_peers() = instance("b");
  bandwidth.mutable_bandwidth()->set_bits_per_second(1000);
  v1::MessageTrigger trigger;
  *trigger.mutable_from() = instance("a");
  *trigger.mutable_to() = instance("b");
  trigger.mutable_messages()->set_framing(v1::FRAMING_RESP);
  trigger.mutable_messages()->set_first(1);

  TestIntents intents;
  link::LinkGate gate(instances, intents, random_word().value());
  const MadeFault cut(partition("a", {"c"}), instances);
  const MadeFault delayed(delay, instances);
  const MadeFault slow(bandwidth, instances);
  auto watch = gate.watch(trigger, [](const std::string&, std::function<void()>) {});
  std::string text;
  const auto add = [&](const UndoRecord& record) {
    text += encode_record(record).value() + "\n";
  };
  for (const MadeFault* fault : {&cut, &delayed, &slow})
    for (const UndoRecord& record : fault->records()) add(record);
  for (const auto& [number, record] : intents.open()) add(record);
  text += "all\n";
  if (watch.ok()) [[maybe_unused]]
    const ssize_t written = ::write(out, text.data(), text.size());
  while (true) ::pause();
}

TEST(LinkCrashTest, NothingIsLeftAfterKill) {
  SKIP_WITHOUT_NETWORKS();
  const TestNetwork network(3);
  TestInstances instances;
  instances.add_container(network, 0, "a", {7001});
  instances.add_container(network, 1, "b", {7002});
  instances.add_container(network, 2, "c", {7003});
  const std::string before = network.state(0);
  const Connection to_b = connected(network, 0, 1, 7002);
  const Connection to_c = connected(network, 0, 2, 7003);
  int ends[2];
  ASSERT_EQ(0, ::pipe2(ends, O_CLOEXEC));
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) make_faults(instances, writer.get());
  writer.reset();
  std::string text;
  char buffer[4096];
  for (ssize_t size = 1; size > 0 && text.find("all\n") == std::string::npos;) {
    size = ::read(reader.get(), buffer, sizeof buffer);
    if (size > 0) text.append(buffer, static_cast<size_t>(size));
  }
  EXPECT_NE(before, network.state(0));
  send_text(to_b.client, "held");
  send_text(to_c.client, "cut");
  EXPECT_EQ("", receive(to_b.server, 4, 300ms));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);

  // The device and its route went with the process: TCP sends again what it held.
  EXPECT_EQ("held", receive(to_b.server, 4, 5000ms));
  EXPECT_EQ("", receive(to_c.server, 3, 300ms));
  int records = 0;
  while (!text.starts_with("all\n")) {
    const std::optional<UndoRecord> record =
        parse_record(text.substr(0, text.find('\n')));
    ASSERT_TRUE(record.has_value());
    for (int twice = 0; twice < 2; ++twice) {
      const Status undone = undo_record(*record);
      EXPECT_TRUE(undone.ok()) << undone.error().text();
    }
    text.erase(0, text.find('\n') + 1);
    ++records;
  }
  EXPECT_EQ(5, records);
  EXPECT_EQ("cut", receive(to_c.server, 3, 5000ms));
  EXPECT_EQ(before, network.state(0));
}

TEST(LinkCrashTest, DamagedRecordsUndoNothing) {
  for (const char* kind : {"partition", "link-tap"}) {
    EXPECT_FALSE(undo_record({kind, {}}).ok());
    EXPECT_FALSE(undo_record({kind, {"1", "2", "inet filter"}}).ok());
    EXPECT_FALSE(undo_record({kind, {"x", "2", "inet filter", "inet filter", "1"}}).ok());
  }
  // A namespace that does not exist any more holds nothing.
  const std::string table = "inet cutset_" + std::string(32, 'a') + "_1";
  const std::string other = "netdev cutset_" + std::string(32, 'a') + "_1";
  const std::string mark = std::to_string(0xC5008001);
  EXPECT_TRUE(undo_record({"partition", {"1", "1", table, other, mark}}).ok());
  EXPECT_FALSE(undo_record({"partition", {"1", "1", table, other, "1"}}).ok());
}

}  // namespace
}  // namespace cutset::agent::test
