// Jaeger JSON: each rule of the reader by a small document, in every place where a field
// may stand; hostile documents are refused with a place.
#include <string>
#include <vector>

#include "reader_testing.h"
#include "span_text.h"
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

using Texts = std::vector<std::string>;

std::string trace_of(const std::string& spans,
                     const std::string& processes = R"({"p1":{"serviceName":"cart"}})") {
  return R"({"traceID":"a1","spans":[)" + spans + R"(],"processes":)" + processes + "}";
}

Reading read_jaeger(const std::string& document) {
  Reading result = read_bytes(document, "test");
  EXPECT_EQ(result.format, "jaeger-json") << document;
  return result;
}

void expect_spans(const std::string& document, const Texts& expected) {
  const Reading result = read_jaeger(document);
  EXPECT_EQ(result.error, "") << document;
  EXPECT_EQ(texts_of(result.table), expected) << document;
}

constexpr char kSpan[] =
    R"({"traceID":"a1","spanID":"1","operationName":"get","startTime":5,"duration":2,)"
    R"("tags":[],"processID":"p1"})";
constexpr char kSpanText[] = "a1/1 unspecified cart.get 5000+2000";

TEST(JaegerJson, TakesATraceInEveryWrapping) {
  const std::string trace = trace_of(kSpan);
  for (const std::string& document :
       {trace, "[" + trace + "]",
        R"({"data":[)" + trace + R"(],"total":0,"errors":null})",
        R"({"data":)" + trace + "}", "\xef\xbb\xbf" + trace, "\n\n  " + trace + "\n\n"}) {
    expect_spans(document, {kSpanText});
  }
  expect_spans(trace + "\n" + trace + "\n", {kSpanText, kSpanText});
  expect_spans(trace + "\n\n" + R"({"data":[)" + trace + "]}", {kSpanText, kSpanText});
  expect_spans(R"({"data":[],"total":0,"limit":0,"offset":0,"errors":null})", {});
}

TEST(JaegerJson, FindsProcessesBeforeBehindAndInside) {
  const std::string span = R"({"spanID":"1","process":{"serviceName":"own","tags":[]}})";
  expect_spans(
      R"({"processes":{"p1":{"tags":[],"serviceName":"cart"}},"traceID":"a1","spans":[)" +
          std::string(kSpan) + "]}",
      {kSpanText});
  expect_spans(trace_of(span), {"a1/1 unspecified own. 0+0"});
  expect_spans(trace_of(R"({"spanID":"1","processID":"p9"})"),
               {"a1/1 unspecified . 0+0"});
  expect_spans(trace_of(R"({"spanID":"1","processID":"p1"})", "null"),
               {"a1/1 unspecified . 0+0"});
}

TEST(JaegerJson, ProcessesBelongToTheirTrace) {
  expect_spans("[" + trace_of(kSpan) + "," +
                   trace_of(kSpan, R"({"p1":{"serviceName":"other"}})") + "]",
               {kSpanText, "a1/1 unspecified other.get 5000+2000"});
}

TEST(JaegerJson, LongTracesFindTheirServicesAhead) {
  std::string spans;
  constexpr int kSpans = 100'000;  // more than wait for the processes behind them
  for (int id = 1; id <= kSpans; ++id)
    spans +=
        fmt::format(R"({}{{"spanID":"{:x}","processID":"p1"}})", id == 1 ? "" : ",", id);
  const Reading result = read_jaeger(trace_of(spans));
  EXPECT_EQ(result.error, "");
  ASSERT_EQ(result.table.spans().size(), kSpans);
  for (const StoredSpan& span : result.table.spans())
    ASSERT_EQ(result.table.name(span.service), "cart");
}

struct Field {
  std::string json;
  std::string expected;  // behind "a1/1"
};

TEST(JaegerJson, ReadsFields) {
  const std::vector<Field> fields{
      {R"("startTime":1.5e3)", " unspecified . 1500000+0"},
      {R"("startTime":"7","duration":"3")", " unspecified . 7000+3000"},
      {R"("duration":-4)", " unspecified . 0+0"},
      {R"("startTime":1e300)", " unspecified . 9223372036854775807+0"},
      {R"("startTime":99999999999999999999999)", " unspecified . 9223372036854775807+0"},
      {R"("startTime":9223372036854775807,"duration":9223372036854775807)",
       " unspecified . 9223372036854775807+0"},
      {R"("operationName":"a\"b\u00e9\n")", " unspecified .a\"b\u00e9\n 0+0"},
      {R"("operationName":null)", " unspecified . 0+0"},
      {R"("parentSpanID":"2")", "<2 unspecified . 0+0"},
      {R"("parentSpanID":"")", " unspecified . 0+0"},
      {R"("tags":null,"references":null)", " unspecified . 0+0"},
      {R"("unknown":{"a":[1,{"b":"}"}]},"logs":[])", " unspecified . 0+0"},
      {R"("tags":[{"key":"span.kind","type":"string","value":"client"}])",
       " client . 0+0"},
      {R"("tags":[{"value":"SERVER","key":"span.kind"}])", " server . 0+0"},
      {R"("tags":[{"key":"error","type":"bool","value":true}])",
       " unspecified error . 0+0"},
      {R"("tags":[{"key":"error","type":"string","value":"true"}])",
       " unspecified error . 0+0"},
      {R"("tags":[{"key":"error","type":"bool","value":false}])", " unspecified . 0+0"},
      {R"("tags":[{"key":"otel.status_code","value":"ERROR"}])",
       " unspecified error . 0+0"},
      {R"("tags":[{"key":"otel.status_code","value":"OK"}])", " unspecified ok . 0+0"},
      {R"("tags":[{"key":"peer.service","value":"db"}])",
       " unspecified . -> db 0+0 peer.service=db"},
      {R"("tags":[{"key":"n","type":"int64","value":12},{"key":"f","value":1.25},)"
       R"({"key":"b","value":true},{"key":"z","value":null},)"
       R"({"key":"o","value":[1, {"x" : "y"}]}])",
       " unspecified . 0+0 n=12 f=1.25 b=true z= o=[1,{\"x\":\"y\"}]"},
  };
  for (const Field& field : fields)
    expect_spans(trace_of(R"({"spanID":"1",)" + field.json + "}"),
                 {"a1/1" + field.expected});
}

TEST(JaegerJson, ChoosesTheParentAmongReferences) {
  const auto reference = [](const char* kind, const char* trace, const char* span) {
    return fmt::format(R"({{"refType":"{}","traceID":"{}","spanID":"{}"}})", kind, trace,
                       span);
  };
  const std::string child = reference("CHILD_OF", "a1", "2");
  const std::string follows = reference("FOLLOWS_FROM", "a1", "3");
  const std::string foreign = reference("CHILD_OF", "b2", "4");
  const std::vector<Field> fields{
      {child, "<2 unspecified . 0+0"},
      {reference("CHILD_OF", "00a1", "02"), "<2 unspecified . 0+0"},
      {follows, "<3~ unspecified . 0+0"},
      {follows + "," + child, "<2 unspecified . 0+0 [a1/3]"},
      {child + "," + follows, "<2 unspecified . 0+0 [a1/3]"},
      {foreign, " unspecified . 0+0 [b2/4 child_of]"},
      {foreign + "," + child, "<2 unspecified . 0+0 [b2/4 child_of]"},
      {child + "," + reference("FOLLOWS_FROM", "a1", "2"), "<2 unspecified . 0+0 [a1/2]"},
      {R"({"refType":"CHILD_OF","spanID":"5"})", "<5 unspecified . 0+0"},
      {R"({"refType":"CHILD_OF","traceID":"a1"})", " unspecified . 0+0"},
  };
  for (const Field& field : fields) {
    expect_spans(trace_of(R"({"spanID":"1","references":[)" + field.json + "]}"),
                 {"a1/1" + field.expected});
  }
}

TEST(JaegerJson, NestedSpansOfReferencesAreSkippedHoweverDeep) {
  std::string nested = "null";
  for (int depth = 0; depth < 30; ++depth)
    nested = R"({"spanID":"9","references":[{"refType":"CHILD_OF","spanID":"9","span":)" +
             nested + "}]}";
  expect_spans(
      trace_of(
          R"({"spanID":"1","references":[{"refType":"CHILD_OF","spanID":"2","span":)" +
          nested + "}]}"),
      {"a1/1<2 unspecified . 0+0"});
}

TEST(JaegerJson, PadsIdsAndRejectsThoseThatAreNone) {
  expect_spans(
      trace_of(R"({"traceID":"00000000000000000000000000000001","spanID":"00f"})"),
      {"1/f unspecified . 0+0"});
  expect_spans(trace_of(R"({"traceID":"1f0000000000000001","spanID":"F"})"),
               {"1f:1/f unspecified . 0+0"});
  const Reading result = read_jaeger(trace_of(
      R"({"spanID":"0"},{"operationName":"x"},{"traceID":"0","spanID":"1"},{"spanID":"7"},{})"));
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.table.rejected(), 4);
  EXPECT_EQ(result.table.first_reason(), "spanID is all 0: expected another");
  EXPECT_EQ(texts_of(result.table), Texts{"a1/7 unspecified . 0+0"});
}

TEST(JaegerJson, IdsThatAreNoNumbersStandForThemselves) {
  const Reading result = read_jaeger(trace_of(
      R"({"traceID":"t-1","spanID":"G"},)"
      R"({"traceID":"t-1","spanID":"H","references":[{"refType":"CHILD_OF","traceID":"t-1","spanID":"G"}]})"));
  ASSERT_EQ(result.table.spans().size(), 2U);
  EXPECT_EQ(result.table.spans()[0].trace, result.table.spans()[1].trace);
  EXPECT_EQ(result.table.spans()[1].parent, result.table.spans()[0].id);
  EXPECT_NE(result.table.spans()[0].id, result.table.spans()[1].id);
}

struct Wrong {
  std::string document;
  std::string error;
};

TEST(JaegerJson, NamesThePlaceOfAnError) {
  const std::vector<Wrong> wrongs{
      {R"({"traceID":"a1","spans":{}})", "test:1:25: found an object: expected an array"},
      {"{\"traceID\":\"a1\",\n \"spans\": 7}", "test:2:11: found '7': expected an array"},
      {"{\"traceID\":\"a1\",\n\"spans\":[\n  {\"spanID\" 1}]}",
       "test:3:13: found '1': expected ':'"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"1\"]}",
       "test:1:39: found ']': expected ',' or '}'"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"1\",\"startTime\":\"soon\"}]}",
       "test:1:52: found a string: expected a number"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":tru}]}",
       "test:1:36: found 'tru': expected a value"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"\\q\"}]}",
       "test:1:36: found a string: expected valid escapes in it"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"1\n\"}]}",
       "test:1:38: a control character in a string: expected JSON in UTF-8"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"1\"}",
       "test:1:40: the file ends: expected ',' or ']'; is it cut off?"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"\xff\"}]}",
       "test:1:37: bytes that are no UTF-8: expected JSON in UTF-8"},
      {"{\"traceID\":\"a1\",\"spans\":[{\"spanID\":\"1}]}",
       "test:1:36: a string without an end: expected JSON in UTF-8"},
      {"{\"traceID\":\"a1\",\"spans\":[]} x", "test:1:29: found 'x': expected an object"},
      {"{\"traceID\":\"a1\",\"logs\":" + std::string(500, '[') + std::string(500, ']') +
           "}",
       "test:1:152: found an array: expected values nested at most 128 deep"},
      {"{\"traceID\":\"a1\",\"logs\":[{]}]}", "test:1:26: found ']': expected '}'"},
  };
  for (const Wrong& wrong : wrongs) {
    const Reading result = read_jaeger(wrong.document);
    EXPECT_EQ(result.error, wrong.error) << wrong.document;
  }
}

TEST(JaegerJson, AFileThatIsCutOffAnywhereIsRefusedOrWhole) {
  const std::string whole =
      R"({"data":[)" + trace_of(std::string(kSpan) + "," + kSpan) + "]}";
  for (size_t length = 0; length < whole.size(); ++length) {
    const Reading result = read_bytes(whole.substr(0, length), "test");
    EXPECT_NE(result.error, "") << length;
    EXPECT_EQ(result.error.substr(0, 4), "test") << result.error;
  }
}

TEST(JaegerJson, WindowsOfTheIndexEndBetweenValues) {
  // Texts with commas and brackets of every length around the places where windows end.
  for (int seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::string spans;
    Texts expected;
    for (int id = 1; id <= 300; ++id) {
      const std::string name(static_cast<size_t>(seed * 137 + id * 31) % 3000,
                             "},[\",{ x"[id % 8 == 3 ? 7 : id % 8]);
      spans += fmt::format(R"({}{{"spanID":"{:x}","operationName":"{}"}})",
                           id == 1 ? "" : ", ", id, name);
      expected.push_back(
          fmt::format("a1/{:x} unspecified .{} 0+0", id, name.substr(0, 1024)));
    }
    const Reading result = read_jaeger(trace_of(spans));
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(texts_of(result.table), expected);
  }
}

}  // namespace
}  // namespace cutset::lineage
