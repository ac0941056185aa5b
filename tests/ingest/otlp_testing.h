// What the tests of ingest share: OTLP messages, written as bytes by hand so that they do
// not depend on our own .proto files, and calls of a receiver.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "ingest/span_batch.h"
#include "lineage/span_table.h"

namespace cutset::ingest {

/// Protobuf's wire format, written out.
std::string varint_field(uint32_t number, uint64_t value);
std::string fixed64_field(uint32_t number, uint64_t value);
std::string bytes_field(uint32_t number, std::string_view value);

/// KeyValue {key, AnyValue {string}} and {key, AnyValue {int}}.
std::string text_attribute(std::string_view key, std::string_view value);
std::string number_attribute(std::string_view key, uint64_t value);

/// A span as bytes of opentelemetry-proto 1.x, with fields that cutset does not read.
struct WireSpan {
  std::string trace_id = std::string(15, '\0') + '\x01';
  std::string span_id = std::string(7, '\0') + '\x02';
  std::string parent_span_id;
  std::string name = "GET";
  uint64_t kind = 3;
  std::string attributes;  // fields, e.g. bytes_field(9, text_attribute(...))

  std::string bytes() const;
};

/// ExportTraceServiceRequest with one ResourceSpans of `service`; `spans` are
/// WireSpan::bytes().
std::string wire_request(std::string_view service, const std::string& spans_fields);
std::string span_field(const WireSpan& span);

/// A span as a test writes it, with ids in hex.
struct TestSpan {
  std::string trace_id;
  std::string span_id;
  std::string parent_span_id;
  lineage::SpanKind kind = lineage::SpanKind::kClient;
  std::string service;
  std::string name;
  std::string peer;
  std::vector<std::pair<std::string, std::string>> attributes;

  void give_to(lineage::SpanSink& sink) const;
};
TestSpan record(const std::string& trace_id, const std::string& span_id,
                const std::string& parent_span_id, lineage::SpanKind kind,
                const std::string& service);
lineage::SpanTable table_of(const std::vector<TestSpan>& spans);
SpanBatch batch_of(const std::vector<TestSpan>& spans);
lineage::TraceId trace_id_of(const std::string& hex);

/// Calls TraceService.Export by its full name with these bytes. `reply` gets the bytes of
/// the answer.
grpc::Status export_bytes(const std::string& address, const std::string& request,
                          std::string* reply = nullptr);

}  // namespace cutset::ingest
