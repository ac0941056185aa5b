#include "lineage/spans.h"

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include "otlp_testing.h"
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

lineage::OtlpSpans read(const std::string& bytes) {
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest request;
  EXPECT_TRUE(request.ParseFromString(bytes));
  return lineage::spans_from_otlp(request);
}

TEST(Spans, ReadsTheBytesOfOpenTelemetryProto) {
  WireSpan span;
  span.parent_span_id = std::string(7, '\0') + '\xAB';
  span.attributes = bytes_field(9, text_attribute("http.request.method", "GET")) +
                    bytes_field(9, text_attribute("http.route", "/items/:id")) +
                    bytes_field(9, number_attribute("http.response.status_code", 503)) +
                    bytes_field(9, text_attribute("server.address", "stock")) +
                    bytes_field(9, text_attribute("server.port", "8080")) +
                    bytes_field(9, text_attribute("peer.service", "stock-service")) +
                    bytes_field(15, bytes_field(2, "why") + varint_field(3, 2));
  const auto result = read(wire_request("orders", span_field(span)));
  ASSERT_EQ(result.spans.size(), 1U);
  EXPECT_EQ(result.rejected, 0);
  const lineage::SpanRecord& record = result.spans[0];
  EXPECT_EQ(record.trace_id, "00000000000000000000000000000001");
  EXPECT_EQ(record.span_id, "0000000000000002");
  EXPECT_EQ(record.parent_span_id, "00000000000000ab");
  EXPECT_EQ(record.service, "orders");
  EXPECT_EQ(record.name, "GET");
  EXPECT_EQ(record.kind, lineage::SpanKind::kClient);
  EXPECT_EQ(record.start_ns, 1000);
  EXPECT_EQ(record.end_ns, 2000);
  EXPECT_TRUE(record.error);
  EXPECT_EQ(record.http_method, "GET");
  EXPECT_EQ(record.http_route, "/items/:id");
  EXPECT_EQ(record.http_status, 503);
  EXPECT_EQ(record.server_address, "stock");
  EXPECT_EQ(record.server_port, 8080) << "a number sent as text";
  EXPECT_EQ(record.peer_service, "stock-service");
}

TEST(Spans, OlderAttributeNamesMeanTheSame) {
  WireSpan span;
  span.attributes = bytes_field(9, text_attribute("http.method", "POST")) +
                    bytes_field(9, number_attribute("http.status_code", 200)) +
                    bytes_field(9, text_attribute("net.peer.name", "db")) +
                    bytes_field(9, number_attribute("net.peer.port", 5432));
  const auto result = read(wire_request("orders", span_field(span)));
  ASSERT_EQ(result.spans.size(), 1U);
  EXPECT_EQ(result.spans[0].http_method, "POST");
  EXPECT_EQ(result.spans[0].http_status, 200);
  EXPECT_EQ(result.spans[0].server_address, "db");
  EXPECT_EQ(result.spans[0].server_port, 5432);
  EXPECT_FALSE(result.spans[0].error);
}

TEST(Spans, WithoutAValidIdentityTheyAreDroppedAndCounted) {
  WireSpan zero_trace, short_trace, zero_span, long_span, bad_parent, good;
  zero_trace.trace_id = std::string(16, '\0');
  short_trace.trace_id = "abc";
  zero_span.span_id = std::string(8, '\0');
  long_span.span_id = std::string(9, 'x');
  bad_parent.parent_span_id = "x";
  const auto result = read(wire_request(
      "s", span_field(zero_trace) + span_field(short_trace) + span_field(zero_span) +
               span_field(long_span) + span_field(bad_parent) + span_field(good)));
  EXPECT_EQ(result.spans.size(), 1U);
  EXPECT_EQ(result.rejected, 5);
  EXPECT_EQ(
      result.first_reason,
      "span \"GET\": trace_id has 16 bytes, all zero, expected 16 that are not all zero");
}

TEST(Spans, AParentOfZerosIsNone) {
  WireSpan span;
  span.parent_span_id = std::string(8, '\0');
  const auto result = read(wire_request("s", span_field(span)));
  ASSERT_EQ(result.spans.size(), 1U);
  EXPECT_EQ(result.spans[0].parent_span_id, "");
}

TEST(Spans, ValuesOutOfRangeAreLeftOutAndTextsAreCut) {
  WireSpan span;
  span.kind = 77;
  span.name = std::string(5000, 'n');
  span.attributes =
      bytes_field(9, number_attribute("http.response.status_code", 1ULL << 40U)) +
      bytes_field(9, text_attribute("server.port", "http")) +
      bytes_field(9, number_attribute("net.peer.port", 70000)) + bytes_field(9, "") +
      fixed64_field(8, ~0ULL);
  const auto result = read(wire_request("s", span_field(span)));
  ASSERT_EQ(result.spans.size(), 1U);
  EXPECT_EQ(result.spans[0].kind, lineage::SpanKind::kInternal);
  EXPECT_EQ(result.spans[0].name.size(), 1024U);
  EXPECT_EQ(result.spans[0].http_status, 0);
  EXPECT_EQ(result.spans[0].server_port, 0);
  EXPECT_EQ(result.spans[0].end_ns, INT64_MAX);
}

}  // namespace
}  // namespace cutset::ingest
