// Lines that are refused, with their places; events that come back as they were written,
// however the text is cut; EDN.
#include "history/edn.h"
#include "history/event_reader.h"
#include "history/event_writer.h"
#include "history_testing.h"
#include <gtest/gtest.h>

namespace cutset::history {
namespace {

struct Refused {
  const char* text;
  const char* error;
};

TEST(Reading, RefusesWithPlace) {
  const Refused cases[] = {
      {"[]", "h:1:1: expected \"{\" at the beginning of a line, found a list"},
      {"\n{\"process\":0}", "h:2:1: the field \"type\" is missing"},
      {R"({"process":0,"type":"okay","f":"read"})",
       "h:1:21: type: expected invoke, ok, fail or info, found \"okay\", did you mean "
       "\"ok\"?"},
      {R"({"process":-1,"type":"invoke","f":"read"})",
       "h:1:12: process: expected a whole number from 0, found -1"},
      {R"({"process":1.5,"type":"invoke","f":"read"})",
       "h:1:12: process: expected a whole number from 0, found 1.5"},
      {R"({"process":"faults","type":"ok","f":"heal"})",
       "h:1:1: process: expected a number; \"faults\" is no client, and its lines are of "
       "type info"},
      {R"({"process":0,"type":"ok","f":"read"})",
       "h:1:1: process 0 completes read and has invoked nothing"},
      {"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"
       "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\"}",
       "h:2:1: process 0 invokes write while its operation of line 1 is open; a process "
       "does one thing at a time"},
      {"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"time\":7}\n"
       "{\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"time\":6}",
       "h:2:1: time 6 is before 7, the time of an earlier line"},
      {R"({"process":0,"type":"invoke","f":"read","f":"x"})",
       "h:1:41: the field \"f\" twice"},
      {R"({"process":0,"type":"invoke","f":"read","value":{"a":1}})",
       "h:1:49: expected null, true, false, a number, text or a list of these, found an "
       "object"},
      {R"({"process":0,"type":"invoke","f":"read","key":[1]})",
       "h:1:47: key: expected text or a number, found a list"},
      {R"({"process":0,"type":"invoke","f":"read"} x)",
       "h:1:42: expected the end of the line after \"}\", found \"x\""},
      {R"({"process":0,"type":"invoke","f":"re)",
       "h:1:37: text without its closing quote"},
      {"{\"process\":0,\"type\":\"invoke\",\"f\":\"\xff\"}",
       "h:1:35: bytes in text that are not UTF-8"},
      {R"({"process":0,"type":"invoke","f":"\ud800x"})",
       "h:1:41: half a surrogate pair in text"},
      {R"({"format":"cutset-history/2"})",
       "h:1:1: format: expected \"cutset-history/1\", found \"cutset-history/2\""},
      {"{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"
       "{\"format\":\"cutset-history/1\"}",
       "h:2:1: the line with \"format\" is not the first"},
  };
  for (const Refused& refused : cases) {
    const Result<EventLog> log = parse_history(refused.text, "h");
    ASSERT_FALSE(log.ok()) << refused.text;
    EXPECT_EQ(log.error().text(), refused.error) << refused.text;
  }
}

TEST(Reading, RefusesDeepAndLongValues) {
  const std::string deep = R"({"process":0,"type":"invoke","f":"a","value":)" +
                           std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_FALSE(parse_history(deep, "h").ok());
  const std::string ignored =
      R"({"process":0,"type":"invoke","f":"a","mine":)" + std::string(100'000, '[');
  EXPECT_FALSE(parse_history(ignored, "h").ok());
  EXPECT_FALSE(parse_history(std::string(kLongestLine + 1, ' '), "h").ok());
}

Value random_value(std::mt19937& random, int depth) {
  const auto below = [&](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  switch (below(depth > 2 ? 3 : 4)) {
    case 0:
      return Value::nothing();
    case 1:
      return Value::of_number(below(1000));
    case 2: {
      const char* texts[] = {"", "t-1", "\"\\\n\t",
                             "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\x01\x7f"};
      return Value::of_text(texts[below(5)]);
    }
    default: {
      Value list = Value::of_list({});
      for (int i = below(4); i > 0; --i)
        list.items.push_back(random_value(random, depth + 1));
      return list;
    }
  }
}

TEST(Reading, WrittenEventsComeBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Event> events;
    Header header;
    if (random() % 2 == 0) header.seed = random();
    std::string text = line_of(header);
    int64_t time = 0;
    for (int i = 0; i < 8; ++i) {
      Event event;
      event.process = i / 2;
      event.type =
          i % 2 == 0 ? EventType::kInvoke : static_cast<EventType>(1 + random() % 3);
      event.f = "write";
      if (random() % 2 == 0)
        event.key = random() % 2 == 0 ? Value::of_text("k\"1") : Value::of_number(3);
      if (random() % 3 != 0) event.value = random_value(random, 0);
      if (random() % 2 == 0) event.token = "t-" + std::to_string(i);
      if (random() % 2 == 0) event.time_ns = time += random() % 5;
      if (random() % 4 == 0) event.phase = "final";
      if (random() % 4 == 0) event.endpoint = "127.0.0.1:7000";
      if (random() % 4 == 0) event.error = "time-out\n";
      text += line_of(event);
      events.push_back(std::move(event));
    }
    std::vector<Event> read;
    EventReader reader("h");
    const auto take = [&](Event&& event) { read.push_back(std::move(event)); };
    for (size_t at = 0; at < text.size();) {
      const size_t length = 1 + random() % 40;
      const Status added = reader.add(std::string_view(text).substr(at, length), take);
      ASSERT_TRUE(added.ok()) << added.error().text() << "\n" << text;
      at += length;
    }
    ASSERT_TRUE(reader.finish(take).ok());
    EXPECT_EQ(reader.header(), header);
    ASSERT_EQ(read.size(), events.size());
    for (size_t i = 0; i < read.size(); ++i) {
      EXPECT_TRUE(read[i].same_as(events[i])) << line_of(read[i]) << line_of(events[i]);
    }
  }
}

TEST(Reading, BytesThatAreNoTextAreReplaced) {
  Event event;
  event.process = 0;
  event.f = "write";
  event.value = Value::of_text("a\xff\xc3");
  const Result<EventLog> log = parse_history(line_of(event), "h");
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ(log->events[0].value->text, "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Edn, AsJepsenReadsIt) {
  const Result<EventLog> log = parse_history(
      R"({"process":0,"type":"invoke","f":"write","key":"k","value":"a\"b","time":5}
{"process":1,"type":"invoke","f":"read","key":"k","time":6}
{"process":0,"type":"info","f":"write","error":"time-out","time":7}
{"process":1,"type":"ok","f":"read","value":["x",1,null,true],"time":8}
{"process":"faults","type":"info","f":"heal","time":9}
{"process":0,"type":"invoke","f":"read","time":10}
)",
      "h");
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ(
      to_edn(*log),
      "{:index 0, :type :invoke, :process 0, :f :write, :value [\"k\" \"a\\\"b\"], :time "
      "5}\n"
      "{:index 1, :type :invoke, :process 1, :f :read, :value [\"k\" nil], :time 6}\n"
      "{:index 2, :type :info, :process 0, :f :write, :value [\"k\" \"a\\\"b\"], :time "
      "7, "
      ":error \"time-out\"}\n"
      "{:index 3, :type :ok, :process 1, :f :read, :value [\"k\" [\"x\" 1 nil true]], "
      ":time "
      "8}\n"
      "{:index 4, :type :info, :process :faults, :f :heal, :value nil, :time 9}\n"
      "{:index 5, :type :invoke, :process 2, :f :read, :value nil, :time 10}\n");
}

}  // namespace
}  // namespace cutset::history
