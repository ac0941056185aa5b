// The parts of network faults that need no network: conditions, packets, messages in
// them.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <netinet/in.h>

#include "agent/link/delay_stage.h"
#include "agent/link/link_match.h"
#include "agent/link/message_splitter.h"
#include "agent/link/nft.h"
#include "agent/link/packet.h"

namespace cutset::agent::link {
namespace {

End end(const std::string& name, unsigned number, const std::string& address,
        std::vector<unsigned> ports) {
  End result;
  result.name = name;
  result.number = number;
  result.addresses = {address};
  result.ports = std::move(ports);
  return result;
}

End local(const std::string& name, unsigned number, std::vector<unsigned> ports) {
  End result = end(name, number, "127.0.0.1", std::move(ports));
  result.here = true;
  result.socket = "socket cgroupv2 level 1 \"" + name + "\"";
  return result;
}

std::vector<std::string> texts(const std::vector<Condition>& conditions) {
  std::vector<std::string> result;
  for (const Condition& condition : conditions) {
    const std::string hook = condition.hook == Hook::kOutput ? "output: " : "input: ";
    result.push_back(hook + condition.own_text());
    if (!condition.forwarded_text().empty())
      result.push_back(hook + condition.forwarded_text());
  }
  return result;
}

TEST(LinkMatchTest, ByAddressWhereThePeerIsAloneThere) {
  const End a = end("a/0", 1, "10.0.0.1", {1});
  End b = end("b/0", 2, "10.0.0.2", {2});
  b.addresses.push_back("fd00::2");
  const LinkMatch match = match_link(a, {b}, {a, b}).value();
  EXPECT_EQ((std::vector<std::string>{"output: ip daddr { 10.0.0.2 }",
                                      "output: ip6 daddr { fd00::2 }"}),
            texts(match.out));
  EXPECT_EQ((std::vector<std::string>{"input: ip saddr { 10.0.0.2 }",
                                      "input: ip6 saddr { fd00::2 }"}),
            texts(match.in));
}

TEST(LinkMatchTest, ByPortWhereTheAddressIsShared) {
  const End client = end("client/0", 1, "10.0.0.1", {});
  const End b = end("b/0", 2, "10.0.0.2", {2});
  const End other = end("other/0", 3, "10.0.0.2", {3});
  const LinkMatch match = match_link(client, {b}, {client, b, other}).value();
  EXPECT_EQ(
      (std::vector<std::string>{
          "output: ip daddr { 10.0.0.2 } meta l4proto { tcp, udp } th dport { 2 }"}),
      texts(match.out));
  // Both together are everything at the address.
  EXPECT_EQ("output: ip daddr { 10.0.0.2 }",
            texts(match_link(client, {b, other}, {client, b, other})->out).front());
}

TEST(LinkMatchTest, RefusesWhatItCannotTellApart) {
  const End a = end("a/0", 1, "10.0.0.1", {1});
  const End b = end("b/0", 2, "10.0.0.2", {2});
  const End other = end("other/0", 3, "10.0.0.2", {3});
  const Result<LinkMatch> shared = match_link(a, {b}, {a, b, other});
  ASSERT_FALSE(shared.ok());
  EXPECT_EQ(
      "other/0 shares the address of b/0: the connections of both to a/0 cannot be told "
      "apart on this host; make other/0 a peer too, or give b/0 an address of its own",
      shared.error().message);
  EXPECT_FALSE(match_link(a, {}, {a}).ok());
  EXPECT_FALSE(match_link(a, {a}, {a}).ok());
  End nowhere = b;
  nowhere.addresses.clear();
  EXPECT_FALSE(match_link(a, {nowhere}, {a, nowhere}).ok());
  End groupless = local("p/0", 4, {4});
  groupless.socket.clear();
  const End q = local("q/0", 5, {5});
  EXPECT_FALSE(match_link(q, {groupless}, {q, groupless}).ok());
  const End portless = local("r/0", 6, {});
  const End portless_too = local("s/0", 7, {});
  EXPECT_FALSE(match_link(portless, {portless_too}, {portless, portless_too}).ok());
}

TEST(LinkMatchTest, LocalProcessesByCgroupAndPort) {
  const End a = local("a/0", 1, {7001});
  const End b = local("b/0", 2, {7002});
  const LinkMatch match = match_link(a, {b}, {a, b}).value();
  EXPECT_EQ((std::vector<std::string>{
                "output: socket cgroupv2 level 1 \"a/0\" meta l4proto { tcp, udp } th "
                "dport { 7002 }",
                "output: meta mark & 0xffff0000 == 0xc5010000 meta l4proto { tcp, udp } "
                "th dport { 7002 }",
                "input: socket cgroupv2 level 1 \"b/0\" meta l4proto { tcp, udp } th "
                "sport { 7001 }"}),
            texts(match.out));
  EXPECT_EQ((std::vector<std::string>{
                "input: socket cgroupv2 level 1 \"a/0\" meta l4proto { tcp, udp } th "
                "sport { 7002 }",
                "output: socket cgroupv2 level 1 \"b/0\" meta l4proto { tcp, udp } th "
                "dport { 7001 }",
                "output: meta mark & 0xffff0000 == 0xc5020000 meta l4proto { tcp, udp } "
                "th dport { 7001 }"}),
            texts(match.in));
  const OutgoingMatch outgoing = match_outgoing(a, {b}, {a, b}).value();
  EXPECT_EQ("output: meta l4proto { tcp, udp } th sport { 7001 } th dport @callers2",
            texts(outgoing.out).back());
  EXPECT_EQ(2U, outgoing.learners.size());
}

TEST(LinkMatchTest, NamesOfCgroups) {
  EXPECT_EQ("socket cgroupv2 level 2 \"unified/a/b\"",
            group_condition("a/b", "/sys/fs/cgroup/unified"));
  EXPECT_EQ("socket cgroupv2 level 1 \"a\"", group_condition("a", "/sys/fs/cgroup"));
  EXPECT_EQ("", group_condition("a", "/mnt/cgroup2"));
  EXPECT_EQ("", group_condition("a", "/sys/fs/cgroup2"));
  EXPECT_EQ("", group_condition("", "/sys/fs/cgroup"));
}

TEST(NftTest, OnlyTablesOfOursAreOurs) {
  const std::string mark(32, 'a');
  EXPECT_TRUE(is_our_table("inet " + next_table_name(mark)));
  EXPECT_TRUE(is_our_table("netdev cutset_" + mark + "_17"));
  EXPECT_FALSE(is_our_table("ip cutset_" + mark + "_17"));
  EXPECT_FALSE(is_our_table("inet cutset_" + mark));
  EXPECT_FALSE(is_our_table("inet cutset_" + mark + "_1; flush ruleset"));
  EXPECT_FALSE(is_our_table("inet filter"));
  EXPECT_FALSE(is_our_table(""));
}

uint16_t ones_sum(const uint8_t* bytes, size_t size, uint64_t sum) {
  for (size_t at = 0; at < size; ++at)
    sum += static_cast<uint64_t>(bytes[at]) << (at % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

uint16_t transport_sum(const Packet& packet) {
  const uint8_t* bytes = packet.bytes.data();
  const size_t length = packet.bytes.size() - packet.transport;
  const uint64_t pseudo =
      packet.protocol + length +
      (packet.six ? ones_sum(bytes + 8, 32, 0) : ones_sum(bytes + 12, 8, 0));
  return ones_sum(bytes + packet.transport, length, pseudo);
}

// Both checksums, calculated anew: a right one makes all ones.
void expect_right_sums(const Packet& packet) {
  EXPECT_EQ(0xFFFF, transport_sum(packet));
  if (!packet.six) {
    EXPECT_EQ(0xFFFF, ones_sum(packet.bytes.data(), packet.transport, 0));
  }
}

void put_sum(std::vector<uint8_t>& bytes, size_t at, uint16_t sum) {
  bytes[at] = static_cast<uint8_t>(~sum >> 8);
  bytes[at + 1] = static_cast<uint8_t>(~sum);
}

Packet segment(bool six, uint32_t sequence, uint8_t flags, const std::string& content) {
  std::vector<uint8_t> bytes(six ? 40 : 20);
  bytes[0] = six ? 0x60 : 0x45;
  bytes[six ? 6 : 9] = IPPROTO_TCP;
  bytes[six ? 23 : 15] = 1;
  bytes[six ? 39 : 19] = 2;
  const size_t transport = bytes.size();
  bytes.resize(transport + 24, 0);  // with an option of four bytes
  bytes[transport + 1] = 10;
  bytes[transport + 3] = 20;
  for (int at = 0; at < 4; ++at)
    bytes[transport + 4 + at] = static_cast<uint8_t>(sequence >> (24 - 8 * at));
  bytes[transport + 12] = 6 << 4;
  bytes[transport + 13] = flags;
  for (int at = 20; at < 24; ++at) bytes[transport + at] = 1;
  bytes.insert(bytes.end(), content.begin(), content.end());
  const size_t length = six ? bytes.size() - 40 : bytes.size();
  bytes[six ? 4 : 2] = static_cast<uint8_t>(length >> 8);
  bytes[six ? 5 : 3] = static_cast<uint8_t>(length);
  Packet packet = parse_packet(bytes).value();
  put_sum(packet.bytes, transport + 16, transport_sum(packet));
  if (!six) put_sum(packet.bytes, 10, ones_sum(packet.bytes.data(), 20, 0));
  return packet;
}

TEST(PacketTest, CutSegmentsAreWholePackets) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const bool six = round % 2 == 0;
    const std::string content(2 + random() % 1400, static_cast<char>(random()));
    Packet front =
        segment(six, 0xFFFFFFF0U + random() % 32, kAcknowledge | kPush | kFin, content);
    const uint32_t sequence = front.sequence;
    const size_t size = 1 + random() % (content.size() - 1);
    const Packet rest = cut_segment(front, size);
    expect_right_sums(front);
    expect_right_sums(rest);
    EXPECT_EQ(content, std::string(front.content()) + std::string(rest.content()));
    EXPECT_EQ(static_cast<uint32_t>(sequence + size), parse_packet(rest.bytes)->sequence);
    EXPECT_FALSE(parse_packet(front.bytes)->has(kFin));
    EXPECT_TRUE(parse_packet(rest.bytes)->has(kFin));
    EXPECT_EQ(flow_of(front), flow_of(rest));
  }
}

TEST(PacketTest, Resets) {
  for (const bool six : {false, true}) {
    const Packet packet = segment(six, 77, kAcknowledge | kPush, "content");
    const Packet there = reset_of(packet);
    expect_right_sums(there);
    EXPECT_EQ(77U, there.sequence);
    EXPECT_EQ(flow_of(packet), flow_of(there));
    const Packet back = reset_to_sender(packet).value();
    expect_right_sums(back);
    EXPECT_EQ(back.source_port(), packet.destination_port());
    EXPECT_EQ(back.destination(), packet.source());
    EXPECT_EQ(parse_packet(back.bytes)->flags, kReset);
  }
}

// Collects what goes on, by the offset in the stream that it stands for.
class Collector : public MessageSink {
 public:
  explicit Collector(uint32_t base) : base_(base) {}
  bool piece(Packet packet, const Flow&, bool inside) override {
    expect_right_sums(packet);
    (inside ? inside_ : outside_) += packet.content();
    all_ += packet.content();
    EXPECT_FALSE(ended_ && inside) << "nothing of the range comes after its end";
    return true;
  }
  void range_ended() override { ended_ = true; }
  void other(Packet packet) override {
    const size_t at = packet.sequence - base_;
    EXPECT_EQ(all_.substr(at, packet.content_size()), packet.content());
  }

  const uint32_t base_;
  std::string inside_, outside_, all_;
  bool ended_ = false;
};

TEST(MessageSplitterTest, ExactForAnySegmentsAndRepetitions) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const uint64_t first = 1 + random() % 20;
    const uint64_t last = random() % 3 == 0 ? 0 : first + random() % 10;
    const std::string operation = random() % 2 == 0 ? "SET" : "";
    std::string all, inside;
    uint64_t number = 0;
    for (int count = 0; count < 40; ++count) {
      const std::string name = random() % 2 == 0 ? "SET" : "GET";
      const std::string value(random() % 400, 'v');
      const std::string message = "*2\r\n$3\r\n" + name + "\r\n$" +
                                  std::to_string(value.size()) + "\r\n" + value + "\r\n";
      all += message;
      if (operation.empty() || name == operation) {
        ++number;
        if (number >= first && (last == 0 || number <= last)) inside += message;
      }
    }
    const uint32_t base = 0xFFFFFF00U + random() % 512;
    Collector collector(base);
    MessageSplitter splitter(
        {{framing::Kind::kResp, {}}, operation, first, last},
        [](const Flow&) { return framing::Side::kRequest; }, collector);
    if (random() % 2 == 0) splitter.packet(segment(false, base - 1, kSyn, ""));
    for (size_t sent = 0; sent < all.size();) {
      // Now and then from further back, and now and then too early.
      const size_t back = random() % 4 == 0 ? std::min<size_t>(sent, random() % 300) : 0;
      const size_t begin = sent - back;
      const size_t size = std::min<size_t>(1 + random() % 500, all.size() - begin);
      if (random() % 10 == 0 && begin + size + 5 < all.size() && sent > 0)
        splitter.packet(segment(false, base + static_cast<uint32_t>(begin + size + 1),
                                kAcknowledge, all.substr(begin + size + 1, 4)));
      splitter.packet(segment(false, base + static_cast<uint32_t>(begin), kAcknowledge,
                              all.substr(begin, size)));
      sent = std::max(sent, begin + size);
    }
    EXPECT_EQ(all, collector.all_);
    EXPECT_EQ(inside, collector.inside_);
    EXPECT_EQ(number, splitter.hits());
    EXPECT_EQ(last != 0 && number >= last, collector.ended_);
  }
}

TEST(DelayStageTest, JitterIsTheSameForTheSameSeed) {
  const auto times = [](uint64_t seed) {
    DelayStage stage(1000, 900, seed, std::nullopt, nullptr);
    std::vector<Nanos> result;
    stage.set_forward([](const Packet&) {});
    for (int count = 0; count < 20; ++count) {
      stage.packet(segment(false, 1, kAcknowledge, "x"), count * 100'000);
      result.push_back(stage.next_due());
      stage.due(kNever);
    }
    return result;
  };
  EXPECT_EQ(times(1), times(1));
  EXPECT_NE(times(1), times(2));
}

}  // namespace
}  // namespace cutset::agent::link
