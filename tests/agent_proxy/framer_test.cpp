// Framing does not depend on how the bytes are cut.
#include <gtest/gtest.h>

#include "agent/proxy/http_framer.h"

namespace cutset::agent::proxy {

namespace {

struct Framed {
  std::string head;
  std::string body;
  std::string raw_body;
  std::string rest;
  HttpFramer::Event last = HttpFramer::Event::kMore;
  bool keep_alive = false;
};

Framed frame(HttpFramer::Kind kind, const std::string& bytes, size_t piece,
             bool answer_to_head = false) {
  Framed result;
  HttpFramer framer(kind, [&](std::string_view content) { result.body += content; });
  framer.start(answer_to_head);
  size_t at = 0;
  while (at < bytes.size() && !framer.done()) {
    const std::string_view part = std::string_view(bytes).substr(at, piece);
    const bool had_head = framer.head_seen();
    const HttpFramer::Step step = framer.feed(part);
    result.last = step.event;
    if (step.event == HttpFramer::Event::kError) return result;
    if (had_head) result.raw_body += part.substr(0, step.consumed);
    at += step.consumed;
  }
  result.head = framer.head();
  result.rest = bytes.substr(at);
  result.keep_alive = framer.keep_alive();
  if (framer.done()) result.last = HttpFramer::Event::kEnd;
  return result;
}

TEST(Framer, AnyCutGivesTheSame) {
  const std::string head = "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "4;ext=1\r\nwiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\n";
  for (size_t piece = 1; piece < 120; ++piece) {
    const Framed framed =
        frame(HttpFramer::Kind::kRequest, head + body + "GET /next", piece);
    EXPECT_EQ(framed.last, HttpFramer::Event::kEnd) << piece;
    EXPECT_EQ(framed.head, head);
    EXPECT_EQ(framed.raw_body, body);
    EXPECT_EQ(framed.body, "wikipedia");
    EXPECT_EQ(framed.rest, "GET /next");
    EXPECT_TRUE(framed.keep_alive);
  }
}

TEST(Framer, AnswersToHeadHaveNoBody) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  EXPECT_EQ(frame(HttpFramer::Kind::kResponse, head + "hello", 7).body, "hello");
  const Framed framed = frame(HttpFramer::Kind::kResponse, head + "HTTP/1.1", 7, true);
  EXPECT_EQ(framed.last, HttpFramer::Event::kEnd);
  EXPECT_EQ(framed.rest, "HTTP/1.1");
}

TEST(Framer, EndOfStreamEndsSomeMessages) {
  HttpFramer framer(HttpFramer::Kind::kResponse, [](std::string_view) {});
  framer.feed("HTTP/1.1 200 OK\r\n\r\n");
  framer.feed("abc");
  EXPECT_FALSE(framer.done());
  EXPECT_TRUE(framer.end_of_stream());
  EXPECT_FALSE(framer.keep_alive());
  framer.start();
  framer.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  framer.feed("abc");
  EXPECT_FALSE(framer.end_of_stream());
  framer.start();
  EXPECT_FALSE(framer.end_of_stream());
}

TEST(Framer, LineEndInTwoPieces) {
  HttpFramer framer(HttpFramer::Kind::kRequest, [](std::string_view) {});
  EXPECT_EQ(framer.feed("GET / HTTP/1.1\r\n\r").event, HttpFramer::Event::kMore);
  EXPECT_EQ(framer.feed("\nX").event, HttpFramer::Event::kHead);
  EXPECT_TRUE(framer.done());
  framer.start();
  framer.feed("GET / HTTP/1.1\r\n\r");
  EXPECT_EQ(framer.feed("X").event, HttpFramer::Event::kError);
}

}  // namespace
}  // namespace cutset::agent::proxy
