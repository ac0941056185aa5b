#include "lineage/formats/otlp_spans.h"

#include "otlp_testing.h"
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

using lineage::SpanTable;
using lineage::StoredSpan;

SpanTable read(const std::string& bytes) {
  SpanTable table;
  const Status status = lineage::spans_from_otlp(bytes, table);
  EXPECT_TRUE(status.ok()) << status.error().text();
  return table;
}

TEST(OtlpSpans, ReadsTheBytesOfOpenTelemetryProto) {
  WireSpan span;
  span.parent_span_id = std::string(7, '\0') + '\xAB';
  span.attributes = bytes_field(9, text_attribute("http.request.method", "GET")) +
                    bytes_field(9, text_attribute("http.route", "/items/:id")) +
                    bytes_field(9, number_attribute("http.response.status_code", 503)) +
                    bytes_field(9, text_attribute("server.address", "stock")) +
                    bytes_field(9, text_attribute("server.port", "8080")) +
                    bytes_field(9, text_attribute("peer.service", "stock-service")) +
                    bytes_field(13, bytes_field(1, std::string(15, '\0') + '\x07') +
                                        bytes_field(2, std::string(7, '\0') + '\x08')) +
                    bytes_field(15, bytes_field(2, "why") + varint_field(3, 2));
  const SpanTable table = read(wire_request("orders", span_field(span)));
  ASSERT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.rejected(), 0);
  const StoredSpan& stored = table.spans()[0];
  EXPECT_EQ(stored.trace.text(), "00000000000000000000000000000001");
  EXPECT_EQ(stored.id, 2U);
  EXPECT_EQ(stored.parent, 0xABU);
  EXPECT_EQ(table.name(stored.service), "orders");
  EXPECT_EQ(table.name(stored.operation), "GET");
  EXPECT_EQ(stored.kind, lineage::SpanKind::kClient);
  EXPECT_EQ(stored.start_ns, 1000);
  EXPECT_EQ(stored.end_ns, 2000);
  EXPECT_EQ(stored.status, lineage::SpanStatus::kError);
  EXPECT_EQ(table.attribute(stored, "http.request.method"), "GET");
  EXPECT_EQ(table.attribute(stored, "http.route"), "/items/:id");
  EXPECT_EQ(table.attribute(stored, "http.response.status_code"), "503");
  EXPECT_EQ(table.attribute(stored, "server.address"), "stock");
  EXPECT_EQ(table.attribute(stored, "server.port"), "8080") << "a number sent as text";
  EXPECT_EQ(table.name(stored.peer), "stock-service");
  ASSERT_EQ(table.links(stored).size(), 1U) << "one of two links has no span id";
  EXPECT_EQ(table.links(stored)[0], (lineage::SpanLink{{0, 7}, 8}));
}

TEST(OtlpSpans, WithoutAValidIdentityTheyAreDroppedAndCounted) {
  WireSpan zero_trace, short_trace, zero_span, long_span, bad_parent, good;
  zero_trace.trace_id = std::string(16, '\0');
  short_trace.trace_id = "abc";
  zero_span.span_id = std::string(8, '\0');
  long_span.span_id = std::string(9, 'x');
  bad_parent.parent_span_id = "x";
  const SpanTable table = read(wire_request(
      "s", span_field(zero_trace) + span_field(short_trace) + span_field(zero_span) +
               span_field(long_span) + span_field(bad_parent) + span_field(good)));
  EXPECT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.rejected(), 5);
  EXPECT_EQ(
      table.first_reason(),
      "span \"GET\": trace_id has 16 bytes, all zero, expected 16 that are not all zero");
}

TEST(OtlpSpans, AParentOfZerosIsNone) {
  WireSpan span;
  span.parent_span_id = std::string(8, '\0');
  const SpanTable table = read(wire_request("s", span_field(span)));
  ASSERT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.spans()[0].parent, 0U);
}

TEST(OtlpSpans, ValuesOutOfRangeAreBoundedAndTextsAreCut) {
  WireSpan span;
  span.kind = 77;
  span.name = std::string(5000, 'n');
  span.attributes = bytes_field(9, number_attribute("number", 1ULL << 40U)) +
                    bytes_field(9, text_attribute("long", std::string(5000, 'v'))) +
                    bytes_field(9, "") + fixed64_field(8, ~0ULL);
  const SpanTable table = read(wire_request("s", span_field(span)));
  ASSERT_EQ(table.spans().size(), 1U);
  const StoredSpan& stored = table.spans()[0];
  EXPECT_EQ(stored.kind, lineage::SpanKind::kUnspecified);
  EXPECT_EQ(table.name(stored.operation).size(), 1024U);
  EXPECT_EQ(table.attribute(stored, "number"), "1099511627776");
  EXPECT_EQ(table.attribute(stored, "long").size(), 1024U);
  EXPECT_EQ(stored.end_ns, INT64_MAX);
}

TEST(OtlpSpans, TheResourceMayStandBehindItsSpans) {
  const std::string resource = bytes_field(1, text_attribute("service.name", "late"));
  const std::string request =
      bytes_field(1, bytes_field(2, span_field({})) + bytes_field(1, resource));
  const SpanTable table = read(request);
  ASSERT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.name(table.spans()[0].service), "late");
}

TEST(OtlpSpans, WithoutAServiceNameThereIsNone) {
  const SpanTable table = read(wire_request("first", span_field({})) +
                               bytes_field(1, bytes_field(2, span_field({}))));
  ASSERT_EQ(table.spans().size(), 2U);
  EXPECT_EQ(table.name(table.spans()[1].service), "")
      << "the service of the group before is not this one's";
}

}  // namespace
}  // namespace cutset::ingest
