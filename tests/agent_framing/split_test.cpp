// Against an oracle: streams of random messages whose boundaries are known, cut at
// random; and random damage, under which only the cutting must not matter.
#include <random>

#include "framing_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

namespace cutset::agent::framing {

namespace {

using Random = std::mt19937;

size_t below(Random& random, size_t bound) {
  return random() % bound;
}

struct Stream {
  std::string bytes;
  std::string expected;

  void add(const std::string& message, const std::string& label) {
    expected +=
        fmt::format("{}-{} {}\n", bytes.size(), bytes.size() + message.size(), label);
    bytes += message;
  }
};

std::string content(Random& random, size_t most) {
  std::string text(below(random, most), ' ');
  static constexpr std::string_view kTempting =
      "\r\n*$1+PING \0\x02/HTTP/1.1"
      "GET";
  for (char& c : text) c = kTempting[below(random, kTempting.size())];
  return text;
}

Stream resp(Random& random, int messages) {
  Stream stream;
  for (int i = 0; i < messages; ++i) {
    const size_t arguments = below(random, 4);
    const std::string name =
        std::vector<std::string>{"SET", "GET", "REPLCONF"}[below(random, 3)];
    std::string command =
        fmt::format("*{}\r\n${}\r\n{}\r\n", arguments + 1, name.size(), name);
    for (size_t j = 0; j < arguments; ++j) {
      const std::string value = content(random, 60);
      command += fmt::format("${}\r\n", value.size()) + value + "\r\n";
    }
    stream.add(command, name);
  }
  return stream;
}

Stream http1(Random& random, int messages) {
  Stream stream;
  for (int i = 0; i < messages; ++i) {
    const std::string path = fmt::format("/p{}", below(random, 5));
    const std::string body = content(random, 80);
    if (below(random, 2) == 0) {
      stream.add(fmt::format("POST {}?a=b HTTP/1.1\r\nContent-Length: {}\r\n\r\n", path,
                             body.size()) +
                     body,
                 "POST " + path);
    } else {
      stream.add(
          fmt::format(
              "PUT {} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", path,
              body.empty() ? "" : fmt::format("{:x}\r\n", body.size()) + body + "\r\n"),
          "PUT " + path);
    }
  }
  return stream;
}

Stream length_prefix(Random& random, int messages) {
  Stream stream;
  for (int i = 0; i < messages; ++i) {
    const std::string payload = "op" + content(random, 90);
    std::string message("\0\0\0", 3);
    stream.add(message + static_cast<char>(payload.size()) + payload, "op");
  }
  return stream;
}

std::string frame(uint8_t type, uint8_t flags, uint32_t stream,
                  const std::string& payload) {
  std::string head;
  for (const int shift : {16, 8, 0})
    head += static_cast<char>(payload.size() >> shift & 0xff);
  head += static_cast<char>(type);
  head += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0})
    head += static_cast<char>(stream >> shift & 0xff);
  return head + payload;
}

class Deflater {
 public:
  Deflater() { nghttp2_hd_deflate_new(&deflater_, 4096); }
  ~Deflater() { nghttp2_hd_deflate_del(deflater_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string block(std::vector<std::pair<std::string, std::string>> fields) {
    std::vector<nghttp2_nv> values;
    for (auto& [name, value] : fields)
      values.push_back({reinterpret_cast<uint8_t*>(name.data()),
                        reinterpret_cast<uint8_t*>(value.data()), name.size(),
                        value.size(), NGHTTP2_NV_FLAG_NONE});
    std::string out(4096, '\0');
    const auto size =
        nghttp2_hd_deflate_hd(deflater_, reinterpret_cast<uint8_t*>(out.data()),
                              out.size(), values.data(), values.size());
    out.resize(static_cast<size_t>(size));
    return out;
  }

 private:
  nghttp2_hd_deflater* deflater_ = nullptr;
};

/// Two streams at a time, headers in one or several frames, padding, trailers.
Stream http2(Random& random, int messages) {
  Stream stream;
  Deflater deflater;
  stream.bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");
  std::vector<std::pair<size_t, std::string>> begun;  // where, label
  std::vector<size_t> ended;
  const auto end = [&](size_t which) { ended[which] = stream.bytes.size(); };
  for (int i = 0; i < messages; ++i) {
    const auto id = static_cast<uint32_t>(2 * i + 1);
    const std::string path = fmt::format("/svc/Method{}", below(random, 3));
    const std::string block =
        deflater.block({{":method", "POST"},
                        {":path", path},
                        {"x-id", fmt::format("{}", below(random, 9))}});
    const size_t which = begun.size();
    begun.emplace_back(stream.bytes.size(), "POST " + path);
    ended.push_back(0);
    const bool body = below(random, 4) != 0;
    const uint8_t last = body ? 0 : 1;
    switch (below(random, 3)) {
      case 0:
        stream.bytes += frame(1, 4 | last, id, block);
        break;
      case 1:
        stream.bytes += frame(1, last, id, block.substr(0, 5)) + frame(9, 0, id, "") +
                        frame(9, 4, id, block.substr(5));
        break;
      default:
        stream.bytes +=
            frame(1, 4 | 8 | 0x20 | last, id,
                  std::string("\3\0\0\0\0\x10", 6) + block + std::string(3, '\0'));
    }
    if (!body) end(which);
    stream.bytes += frame(0, 0, id, content(random, 50));
    if (which > 0 && ended[which - 1] == 0) {
      stream.bytes += frame(8, 0, 0, std::string("\0\0\0\1", 4));
      if (below(random, 2) == 0) {
        stream.bytes +=
            frame(0, 1 | 8, id - 2,
                  std::string("\2") + content(random, 40) + std::string(2, '\0'));
      } else {
        stream.bytes += frame(1, 5, id - 2, deflater.block({{"grpc-status", "0"}}));
      }
      end(which - 1);
    }
  }
  for (size_t i = 0; i < begun.size(); ++i)
    stream.expected +=
        ended[i] == 0
            ? fmt::format("{}-? {}\n", begun[i].first, begun[i].second)
            : fmt::format("{}-{} {}\n", begun[i].first, ended[i], begun[i].second);
  return stream;
}

std::vector<size_t> cuts(Random& random) {
  std::vector<size_t> result(1 + below(random, 20));
  const size_t most = std::vector<size_t>{1, 4, 40, 400}[below(random, 4)];
  for (size_t& cut : result) cut = 1 + below(random, most);
  return result;
}

void damage(Random& random, std::string& bytes) {
  for (size_t i = below(random, 4) + 1; i > 0 && !bytes.empty(); --i) {
    const size_t at = below(random, bytes.size());
    switch (below(random, 3)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, below(random, 30));
        break;
      default:
        bytes.insert(at, content(random, 20));
    }
  }
}

class Split : public testing::TestWithParam<Kind> {
 protected:
  static Stream make(Random& random, int messages) {
    switch (GetParam()) {
      case Kind::kHttp1:
        return http1(random, messages);
      case Kind::kHttp2:
        return http2(random, messages);
      case Kind::kResp:
        return resp(random, messages);
      default:
        return length_prefix(random, messages);
    }
  }
};

TEST_P(Split, FindsWhatWasWritten) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const Stream stream = make(random, 12);
    const auto framer = make_framer({GetParam(), {}}, Side::kRequest, true);
    const std::vector<Event> events = events_of(*framer, stream.bytes, cuts(random));
    ASSERT_EQ(describe(events), stream.expected);
    expect_sound(events, *framer);
    EXPECT_TRUE(framer->synchronised());
  }
}

TEST_P(Split, DamageIsTheSameHoweverItIsCut) {
  for (unsigned seed = 1000; seed < 2000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    std::string bytes = make(random, 10).bytes;
    damage(random, bytes);
    const Side side = std::vector<Side>{Side::kRequest, Side::kAnswer,
                                        Side::kUnknown}[below(random, 3)];
    const bool from_start = below(random, 2) == 0;
    const auto whole = make_framer({GetParam(), {}}, side, from_start);
    const auto cut = make_framer({GetParam(), {}}, side, from_start);
    const std::vector<Event> expected = events_of(*whole, bytes, {bytes.size() + 1});
    const std::vector<Event> found = events_of(*cut, bytes, cuts(random));
    ASSERT_EQ(describe(found), describe(expected));
    expect_sound(found, *cut);
    EXPECT_EQ(cut->offset(), bytes.size());
    EXPECT_EQ(whole->offset(), bytes.size());
    EXPECT_EQ(whole->settled(), cut->settled());
  }
}

/// Whoever joins late finds the messages that come later (a wrong guess may take 16 KiB
/// to be seen as wrong).
TEST_P(Split, JoiningInTheMiddleFindsTheRest) {
  int found_some = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Stream stream = make(random, 600);
    const size_t missing = 1 + below(random, stream.bytes.size() / 3);
    const auto framer = make_framer({GetParam(), {}}, Side::kRequest, false);
    std::vector<Event> events;
    framer->skip(missing, events);
    framer->feed(std::string_view(stream.bytes).substr(missing), events);
    expect_sound(events, *framer);
    const std::string last = stream.expected.substr(
        stream.expected.rfind('\n', stream.expected.size() - 2) + 1);
    const std::string offsets = last.substr(0, last.find(' '));
    if (describe(events).find("\n" + offsets) != std::string::npos) ++found_some;
  }
  EXPECT_GE(found_some, 97);
}

INSTANTIATE_TEST_SUITE_P(Framers, Split,
                         testing::Values(Kind::kHttp1, Kind::kHttp2, Kind::kResp,
                                         Kind::kLengthPrefix),
                         [](const testing::TestParamInfo<Kind>& parameter) {
                           std::string name(kind_name(parameter.param));
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace cutset::agent::framing
