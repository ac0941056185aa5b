// OTLP/JSON: each form in which it is found gives the same spans; hostile input.
#include <string>
#include <vector>

#include "reader_testing.h"
#include "span_text.h"
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

using Texts = std::vector<std::string>;

constexpr char kResource[] =
    R"("resource":{"attributes":[{"key":"x","value":{"intValue":"1"}},)"
    R"({"key":"service.name","value":{"stringValue":"cart"}}]})";
constexpr char kSpan[] =
    R"({"traceId":"000000000000000000000000000000a1","spanId":"0000000000000001",)"
    R"("parentSpanId":"","name":"get","kind":3,"startTimeUnixNano":"5",)"
    R"("endTimeUnixNano":"7","status":{"code":2}})";
constexpr char kSpanText[] = "a1/1 client error cart.get 5+2";

std::string group_of(const std::string& spans, const std::string& scope = "scopeSpans") {
  return fmt::format(R"({{{},"{}":[{{"scope":{{}},"spans":[{}]}}]}})", kResource, scope,
                     spans);
}
std::string document_of(const std::string& spans) {
  return R"({"resourceSpans":[)" + group_of(spans) + "]}";
}
/// A span of these fields.
std::string with(const std::string& fields) {
  return document_of(
      R"({"traceId":"000000000000000000000000000000a1","spanId":"0000000000000001",)" +
      fields + "}");
}

Reading read_otlp(const std::string& document) {
  Reading result = read_bytes(document, "test");
  EXPECT_EQ(result.format, "otlp-json") << document;
  return result;
}

void expect_spans(const std::string& document, const Texts& expected) {
  const Reading result = read_otlp(document);
  EXPECT_EQ(result.error, "") << document;
  EXPECT_EQ(texts_of(result.table), expected) << document;
}

TEST(OtlpJson, TakesEveryForm) {
  const std::string group = group_of(kSpan);
  const std::string document = document_of(kSpan);
  for (const std::string& form :
       {document, R"({"batches":[)" + group + "]}", R"({"trace":)" + document + "}",
        R"({"result":)" + document + "}", R"({"traces":[)" + document + "]}",
        "[" + document + "]", R"({"resource_spans":[)" + group + "]}",
        R"({"resourceSpans":[)" + group_of(kSpan, "instrumentationLibrarySpans") + "]}",
        R"({"resourceSpans":[)" + group_of(kSpan, "scope_spans") + "]}",
        "\n " + document + " \r\n"}) {
    expect_spans(form, {kSpanText});
  }
  expect_spans(R"({"resourceSpans":[]})", {});
  expect_spans(R"({"resourceSpans":null})", {});
}

TEST(OtlpJson, ReadsLines) {
  const std::string document = document_of(kSpan);
  expect_spans(document + "\n\n" + document + "\r\n" + document,
               {kSpanText, kSpanText, kSpanText});
  const Reading result =
      read_otlp(document + "\n\n  {\"resourceSpans\": 7}\n" + document);
  EXPECT_EQ(result.error, "test:3:21: found '7': expected an array");
  EXPECT_EQ(texts_of(result.table), Texts{kSpanText});
  EXPECT_EQ(read_otlp(document + "\n" + document + "}\n").error.substr(0, 7), "test:2:");
}

TEST(OtlpJson, ReadsLinesLongerThanWhatIsLookedAtFirst) {
  std::string spans = kSpan;
  Texts expected{kSpanText};
  while (spans.size() < 3 * kHeadBytes) {
    spans += std::string(",") + kSpan;
    expected.emplace_back(kSpanText);
  }
  const Texts once = expected;
  expected.insert(expected.end(), once.begin(), once.end());
  const std::string document = document_of(spans);
  expect_spans(document + "\n" + document + "\n", expected);
  expect_spans(document, once);
}

TEST(OtlpJson, FindsTheServiceBehindItsSpans) {
  expect_spans(
      fmt::format(R"({{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}],{}}}]}})",
                  kSpan, kResource),
      {kSpanText});
  expect_spans(
      fmt::format(R"({{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}})", kSpan),
      {"a1/1 client error .get 5+2"});
}

struct Field {
  std::string json;
  std::string expected;  // behind "a1/1"
};

void expect_fields(const std::vector<Field>& fields) {
  for (const Field& field : fields)
    expect_spans(with(field.json), {"a1/1" + field.expected});
}

TEST(OtlpJson, ReadsFields) {
  expect_fields({
      {R"("kind":"SPAN_KIND_SERVER")", " server cart. 0+0"},
      {R"("kind":"4")", " producer cart. 0+0"},
      {R"("kind":5)", " consumer cart. 0+0"},
      {R"("kind":1)", " internal cart. 0+0"},
      {R"("kind":9)", " unspecified cart. 0+0"},
      {R"("status":{"code":"STATUS_CODE_ERROR","message":"x"})",
       " unspecified error cart. 0+0"},
      {R"("status":{"code":"STATUS_CODE_OK"})", " unspecified ok cart. 0+0"},
      {R"("status":{})", " unspecified cart. 0+0"},
      {R"("startTimeUnixNano":5,"endTimeUnixNano":3)", " unspecified cart. 5+0"},
      {R"("startTimeUnixNano":"18446744073709551615")",
       " unspecified cart. 9223372036854775807+0"},
      {R"("parentSpanId":"00000000000000f2")", "<f2 unspecified cart. 0+0"},
      {R"("parentSpanId":"0000000000000000")", " unspecified cart. 0+0"},
      {R"("parentSpanId":"AAAAAAAAAPI=")", "<f2 unspecified cart. 0+0"},
      {R"("links":[{"traceId":"000000000000000000000000000000b1","spanId":"AAAAAAAAAPI"},)"
       R"({"traceId":"","spanId":"00000000000000f2"}])",
       " unspecified cart. 0+0 [b1/f2]"},
      {R"("events":[{"name":"x","attributes":[]}],"traceState":"","flags":256)",
       " unspecified cart. 0+0"},
  });
}

TEST(OtlpJson, ReadsAttributeValues) {
  const auto attribute = [](const std::string& value) {
    return R"("attributes":[{"key":"a","value":)" + value + "}]";
  };
  expect_fields({
      {attribute(R"({"stringValue":"x\ty"})"), " unspecified cart. 0+0 a=x\ty"},
      {attribute(R"({"intValue":"-12"})"), " unspecified cart. 0+0 a=-12"},
      {attribute(R"({"intValue":12})"), " unspecified cart. 0+0 a=12"},
      {attribute(R"({"doubleValue":1e2})"), " unspecified cart. 0+0 a=100"},
      {attribute(R"({"doubleValue":72.50})"), " unspecified cart. 0+0 a=72.5"},
      {attribute(R"({"doubleValue":"NaN"})"), " unspecified cart. 0+0 a=NaN"},
      {attribute(R"({"boolValue":false})"), " unspecified cart. 0+0 a=false"},
      {attribute(R"({"bytesValue":"AAE="})"), " unspecified cart. 0+0 a=AAE="},
      {attribute(R"({})"), " unspecified cart. 0+0 a="},
      {attribute(R"("bare")"), " unspecified cart. 0+0 a=bare"},
      {attribute(R"({"arrayValue":{}})"), " unspecified cart. 0+0 a=[]"},
      {attribute(
           R"({"arrayValue":{"values":[{"stringValue":"q\"\u0001"},{"intValue":"1"},)"
           R"({"doubleValue":1.50},{"boolValue":true},{}, )"
           R"({"kvlistValue":{"values":[{"key":"k","value":{"bytesValue":"AA=="}},)"
           R"({"key":"n"}]}}]}})"),
       " unspecified cart. 0+0 a=[\"q\\\"\\u0001\",1,1.5,true,null,"
       "{\"k\":\"AA==\",\"n\":null}]"},
      {R"("attributes":[{"key":"peer.service","value":{"stringValue":"db"}}])",
       " unspecified cart. -> db 0+0 peer.service=db"},
      {R"("attributes":[{"key":"server.port","value":{"stringValue":"80"}},)"
       R"({"key":"server.port","value":{"intValue":"80"}}])",
       " unspecified cart. 0+0 server.port=80 server.port=80"},
  });
}

TEST(OtlpJson, IdsAreHexOrBase64EachOnItsOwn) {
  const auto span = [](const std::string& trace, const std::string& id) {
    return document_of(fmt::format(R"({{"traceId":"{}","spanId":"{}"}})", trace, id));
  };
  const std::string hex = "4290b5877a9930de79bb428365398ecc";
  const std::string upper = "4290B5877A9930DE79BB428365398ECC";
  const std::string base64 = "QpC1h3qZMN55u0KDZTmOzA==";
  const Reading result = read_otlp(span(hex, "da06579d57787587"));
  ASSERT_EQ(result.table.spans().size(), 1U);
  EXPECT_EQ(result.table.spans()[0].trace.text(), hex);
  for (const std::string& trace : {hex, upper, base64, base64.substr(0, 22)}) {
    for (const std::string id :
         {"da06579d57787587", "DA06579D57787587", "2gZXnVd4dYc=", "2gZXnVd4dYc"})
      expect_spans(span(trace, id), texts_of(result.table));
  }
}

TEST(OtlpJson, RejectsSpansWithoutIdsAndGoesOn) {
  const Reading result = read_otlp(document_of(
      R"({"name":"a","traceId":"00","spanId":"0000000000000001"},)"
      R"({"traceId":"00000000000000000000000000000000","spanId":"0000000000000001"},)"
      R"({"traceId":"000000000000000000000000000000a1","spanId":"xyz"},)"
      R"({"traceId":"000000000000000000000000000000a1","spanId":"0000000000000001","parentSpanId":"1"},)" +
      std::string(kSpan)));
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.table.rejected(), 4);
  EXPECT_EQ(
      result.table.first_reason(),
      "span \"a\": traceId is \"00\": expected 32 hexadecimal digits that are not all "
      "0, or 16 bytes in base64");
  EXPECT_EQ(texts_of(result.table), Texts{kSpanText});
}

TEST(OtlpJson, AFileThatIsCutOffAnywhereIsRefused) {
  const std::string whole = document_of(std::string(kSpan) + "," + kSpan);
  for (size_t length = 0; length < whole.size(); ++length) {
    const Reading result = read_bytes(whole.substr(0, length), "test");
    EXPECT_EQ(result.error.substr(0, 4), "test") << length << ": " << result.error;
  }
}

TEST(OtlpJson, NestingIsBounded) {
  const auto nested = [](int depth) {
    std::string value = R"({"intValue":1})";
    for (int i = 0; i < depth; ++i)
      value = R"({"arrayValue":{"values":[)" + value + "]}}";
    return with(R"("attributes":[{"key":"a","value":)" + value + "}]");
  };
  EXPECT_EQ(read_otlp(nested(32)).error, "");
  EXPECT_NE(read_otlp(nested(33)).error.find("nested at most 32 deep"),
            std::string::npos);
  EXPECT_NE(read_otlp(nested(2000)).error.find("nested at most 32 deep"),
            std::string::npos);
  EXPECT_NE(read_otlp(R"({"resourceSpans":[],"x":)" + std::string(100'000, '['))
                .error.find("nested at most 128 deep"),
            std::string::npos);
}

}  // namespace
}  // namespace cutset::lineage
