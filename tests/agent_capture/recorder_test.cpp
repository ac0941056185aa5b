// What is made of packets: whole conversations, as text.
#include "agent/capture/recorder.h"

#include <random>

#include "packet_testing.h"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace cutset::agent::capture {

namespace {

/// A client 10.0.0.1:4000 and a server 10.0.0.2:6379, a packet a tick of 1 ms.
class Talk {
 public:
  explicit Talk(Settings settings = {})
      : recorder_(with_prefix(std::move(settings)), servers()) {}

  void client(const std::string& payload, unsigned flags = kAck) {
    frame(
        tcp_frame(1, 4000, 2, 6379, flags, client_sequence_, server_sequence_, payload));
    client_sequence_ += static_cast<unsigned>(payload.size());
  }
  void server(const std::string& payload, unsigned flags = kAck) {
    frame(
        tcp_frame(2, 6379, 1, 4000, flags, server_sequence_, client_sequence_, payload));
    server_sequence_ += static_cast<unsigned>(payload.size());
  }
  void open() {
    frame(tcp_frame(1, 4000, 2, 6379, kSyn, client_sequence_++, 0, ""));
    frame(tcp_frame(2, 6379, 1, 4000, kSyn | kAck, server_sequence_++, client_sequence_,
                    ""));
    client("");
  }
  /// Sent, and not captured.
  void lost_from_client(unsigned bytes) { client_sequence_ += bytes; }
  void frame(const std::string& bytes) {
    now_ns_ += 1'000'000;
    const auto packet = parse_packet(bytes, now_ns_);
    ASSERT_TRUE(packet);
    recorder_.packet(*packet);
  }
  Recording finish() { return recorder_.finish(); }

  unsigned client_sequence_ = 0xfffffff0;  // wraps early
  unsigned server_sequence_ = 5000;
  int64_t now_ns_ = 0;

 private:
  static Settings with_prefix(Settings settings) {
    settings.token_prefixes = {"cst-"};
    return settings;
  }
  static std::set<Endpoint> servers() { return {{*parse_address("10.0.0.2"), 6379}}; }
  Recorder recorder_;
};

/// "> 0-31 SET [cst-1] 4 5 delivered 6" with times in ms; "<": from the server.
std::string describe(const Recording& recording) {
  std::string text;
  for (const MessageRecord& message : recording.messages)
    text += fmt::format(
        "{} {}-{} {} [{}] {}-{} {}{}\n", message.from_client ? '>' : '<', message.begin,
        message.end,
        message.label.empty() ? "'" + message.first_bytes + "'" : message.label,
        fmt::join(message.tokens, " "), message.first_ns / 1000000,
        message.last_ns / 1000000, message.delivered_ns / 1000000,
        message.cut ? " cut" : "");
  return text;
}

std::string set(const std::string& value) {
  return fmt::format("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${}\r\n{}\r\n", value.size(), value);
}

TEST(Recorder, MessagesWithTokensAndDelivery) {
  Talk talk;
  talk.open();
  talk.client(set("cst-1"));
  talk.server("+OK\r\n");
  talk.client(set("cst-2") + set("cst-3"));
  talk.server("+OK\r\n+OK\r\n");
  talk.client("", kAck | kFin);
  talk.server("", kAck | kFin);
  const Recording recording = talk.finish();
  EXPECT_EQ(describe(recording),
            "> 0-31 SET [cst-1] 4-4 5\n"
            "< 0-5 simple [] 5-5 6\n"
            "> 31-62 SET [cst-2] 6-6 7\n"
            "> 62-93 SET [cst-3] 6-6 7\n"
            "< 5-10 simple [] 7-7 8\n"
            "< 10-15 simple [] 7-7 8\n");
  ASSERT_EQ(recording.connections.size(), 1u);
  const ConnectionRecord& connection = recording.connections[0];
  EXPECT_EQ(connection.requests.base_sequence, 0xfffffff1);
  EXPECT_EQ(connection.requests.bytes, 93u);
  EXPECT_EQ(connection.requests.framing, "resp");
  EXPECT_NE(connection.closed_ns, 0);
  EXPECT_FALSE(connection.joined || connection.reset || connection.opaque);
}

TEST(Recorder, AMessageInManySegments) {
  Talk talk;
  talk.open();
  const std::string message = set("cst-12345");
  for (const char c : message) talk.client(std::string(1, c));
  EXPECT_EQ(describe(talk.finish()), "> 0-35 SET [cst-12345] 4-38 0\n");
}

TEST(Recorder, SegmentsOutOfOrderAndTwice) {
  Talk talk;
  talk.open();
  const std::string message = set("cst-1");
  const unsigned start = talk.client_sequence_;
  const auto send = [&](size_t at, size_t size) {
    talk.frame(tcp_frame(1, 4000, 2, 6379, kAck, start + static_cast<unsigned>(at),
                         talk.server_sequence_, message.substr(at, size)));
  };
  send(10, 10);
  send(0, 5);
  send(0, 12);
  send(20, 11);
  send(5, 20);
  EXPECT_EQ(describe(talk.finish()), "> 0-31 SET [cst-1] 5-7 0\n");
}

TEST(Recorder, MissingBytesAreCounted) {
  Talk talk;
  talk.open();
  talk.client("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$20\r\ncst-1 ");
  talk.lost_from_client(14);
  talk.now_ns_ += 2'000'000'000;
  talk.client("\r\n" + set("cst-2"));
  talk.now_ns_ += 2'000'000'000;
  talk.client(set("cst-3"));
  const Recording recording = talk.finish();
  EXPECT_EQ(recording.connections[0].requests.missing, 14u);
  EXPECT_EQ(describe(recording),
            "> 0-47 SET [cst-1] 4-2005 0 cut\n"
            "> 47-78 SET [cst-2] 2005-2005 0\n"
            "> 78-109 SET [cst-3] 4006-4006 0\n");
}

TEST(Recorder, JoinsInTheMiddle) {
  Talk talk;
  talk.client("lo\r\n" + set("cst-9"));
  talk.server("+OK\r\n+OK\r\n");
  talk.client(set("cst-10"));
  talk.server("+OK\r\n");
  const Recording recording = talk.finish();
  EXPECT_TRUE(recording.connections[0].joined);
  EXPECT_EQ(recording.connections[0].requests.framing, "resp");
  // The server's answer tells the framing of both.
  EXPECT_EQ(describe(recording),
            "> 0-35 'lo\r\n*3\r\n' [cst-9] 1-1 2\n"
            "< 0-5 simple [] 2-2 3\n"
            "< 5-10 simple [] 2-2 3\n"
            "> 35-67 SET [cst-10] 3-3 4\n"
            "< 10-15 simple [] 4-4 0\n");
}

TEST(Recorder, BytesOfNoFramingAreBursts) {
  Talk talk;
  talk.open();
  talk.client("!put cst-4");
  talk.client("2 now");
  talk.server("!ok");
  talk.client("!put cst-43");
  EXPECT_EQ(describe(talk.finish()),
            "> 0-15 '!put cst' [cst-42] 4-5 6\n"
            "< 0-3 '!ok' [] 6-6 7\n"
            "> 15-26 '!put cst' [cst-43] 7-7 0\n");
}

TEST(Recorder, TlsIsOpaque) {
  Talk talk;
  talk.open();
  talk.client(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
  EXPECT_TRUE(talk.finish().connections[0].opaque);
}

TEST(Recorder, AcknowledgementsOfWhatIsCapturedElsewhere) {
  Talk talk;
  // Only what leaves the server's node is seen.
  talk.client_sequence_ += 1;
  talk.frame(tcp_frame(2, 6379, 1, 4000, kSyn | kAck, 4999, talk.client_sequence_, ""));
  talk.client_sequence_ += 31;
  talk.server("+OK\r\n");
  talk.client_sequence_ += 31;
  talk.server("");
  const Recording recording = talk.finish();
  ASSERT_EQ(recording.acks.size(), 2u);
  EXPECT_EQ(recording.acks[0].offset, 31u);
  EXPECT_EQ(recording.acks[1].offset, 62u);
  EXPECT_TRUE(recording.acks[0].from_client);
  EXPECT_EQ(recording.acks[0].time_ns, 2'000'000);
}

TEST(Recorder, ANewConnectionOfTheSameEnds) {
  Talk talk;
  talk.open();
  talk.client(set("cst-1"));
  talk.client("", kRst);
  talk.client_sequence_ = 77;
  talk.open();
  talk.client(set("cst-2"));
  const Recording recording = talk.finish();
  ASSERT_EQ(recording.connections.size(), 2u);
  EXPECT_TRUE(recording.connections[0].reset);
  EXPECT_EQ(recording.messages.back().connection, 1u);
  EXPECT_EQ(recording.messages.back().tokens, std::vector<std::string>{"cst-2"});
}

TEST(Recorder, RecordsAreBounded) {
  Settings settings;
  settings.most_records = 3;
  Talk talk(settings);
  talk.open();
  for (int i = 0; i < 5; ++i) talk.client("*1\r\n$4\r\nPING\r\n");
  for (int i = 0; i < 5; ++i) talk.client(set(fmt::format("cst-{}", i)));
  const Recording recording = talk.finish();
  EXPECT_EQ(recording.messages.size(), 6u);
  EXPECT_EQ(recording.counts.not_recorded, 4u);
  EXPECT_EQ(recording.counts.tokens_not_recorded, 2u);
}

/// However a stream is cut into segments, repeated and reordered: the same messages.
TEST(Recorder, AnySegmentsGiveTheSameMessages) {
  std::string stream;
  for (int i = 0; i < 40; ++i) stream += set(fmt::format("cst-{}", i * 977));
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Talk talk;
    talk.open();
    const unsigned start = talk.client_sequence_;
    std::vector<std::pair<size_t, size_t>> segments;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = 1 + random() % 60;
      segments.emplace_back(at, size);
      if (random() % 5 == 0) segments.emplace_back(at - random() % (at + 1), size);
      at += size;
    }
    for (size_t i = 0; i + 1 < segments.size(); ++i)
      if (random() % 4 == 0) std::swap(segments[i], segments[i + 1]);
    for (const auto& [at, size] : segments)
      talk.frame(tcp_frame(1, 4000, 2, 6379, kAck, start + static_cast<unsigned>(at),
                           5001, stream.substr(at, size)));
    const Recording recording = talk.finish();
    ASSERT_EQ(recording.messages.size(), 40u) << "seed " << seed;
    for (size_t i = 0; i < 40; ++i)
      EXPECT_EQ(recording.messages[i].tokens,
                std::vector<std::string>{fmt::format("cst-{}", i * 977)});
  }
}

TEST(Recorder, HostilePacketsAreSurvived) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Settings settings;
    settings.most_records = 100;
    Talk talk(settings);
    for (int i = 0; i < 200; ++i) {
      std::string payload(random() % 40, 'x');
      for (char& c : payload) c = "*$1\r\nGETcst- HTTP/"[random() % 19];
      const bool from_client = random() % 2 == 0;
      talk.frame(
          tcp_frame(from_client ? 1 : 2, from_client ? 4000 : 6379, from_client ? 2 : 1,
                    from_client ? 6379 : 4000, static_cast<unsigned>(random() % 32),
                    static_cast<unsigned>(random() % 8 == 0 ? random() : random() % 200),
                    static_cast<unsigned>(random() % 300), payload));
    }
    const Recording recording = talk.finish();
    EXPECT_LE(recording.messages.size(), 200u);
    for (const MessageRecord& message : recording.messages) {
      EXPECT_LE(message.begin, message.end);
      EXPECT_LT(message.connection, recording.connections.size());
    }
  }
}

}  // namespace
}  // namespace cutset::agent::capture
