#include "otlp_testing.h"

#include <chrono>
#include <vector>

#include <grpcpp/impl/codegen/client_unary_call.h>

#include "base/check.h"

namespace cutset::ingest {

namespace {

std::string varint(uint64_t value) {
  std::string bytes;
  do {
    const auto low = static_cast<char>(value & 0x7FU);
    value >>= 7U;
    bytes += value == 0 ? low : static_cast<char>(low | '\x80');
  } while (value != 0);
  return bytes;
}

std::string tag(uint32_t number, uint32_t wire_type) {
  return varint((uint64_t{number} << 3U) | wire_type);
}

}  // namespace

std::string varint_field(uint32_t number, uint64_t value) {
  return tag(number, 0) + varint(value);
}

std::string fixed64_field(uint32_t number, uint64_t value) {
  std::string bytes = tag(number, 1);
  for (uint32_t i = 0; i < 8; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return bytes;
}

std::string bytes_field(uint32_t number, std::string_view value) {
  return tag(number, 2) + varint(value.size()) + std::string(value);
}

std::string text_attribute(std::string_view key, std::string_view value) {
  return bytes_field(1, key) + bytes_field(2, bytes_field(1, value));
}

std::string number_attribute(std::string_view key, uint64_t value) {
  return bytes_field(1, key) + bytes_field(2, varint_field(3, value));
}

std::string WireSpan::bytes() const {
  std::string span =
      bytes_field(1, trace_id) + bytes_field(2, span_id) + bytes_field(3, "vendor=1");
  if (!parent_span_id.empty()) span += bytes_field(4, parent_span_id);
  span += bytes_field(5, name) + varint_field(6, kind);
  span += fixed64_field(7, 1000) + fixed64_field(8, 2000) + attributes;
  // Not read: dropped attributes, an event, a link without a span id, flags (fixed32).
  span += varint_field(10, 1) + bytes_field(11, fixed64_field(1, 5)) +
          bytes_field(13, bytes_field(1, trace_id));
  span += tag(16, 5) + std::string("\x01\x03\x00\x00", 4);
  return span;
}

std::string span_field(const WireSpan& span) {
  return bytes_field(2, span.bytes());
}

std::string wire_request(std::string_view service, const std::string& spans_fields) {
  const std::string resource = bytes_field(1, text_attribute("service.name", service)) +
                               bytes_field(1, text_attribute("host.name", "h"));
  const std::string scope = bytes_field(1, bytes_field(1, "instrumentation"));
  const std::string group = bytes_field(1, resource) +
                            bytes_field(2, scope + spans_fields) +
                            bytes_field(3, "schema");
  return bytes_field(1, group);
}

void TestSpan::give_to(lineage::SpanSink& sink) const {
  lineage::SpanView span;
  span.trace = trace_id_of(trace_id);
  CHECK(lineage::parse_hex_id(span_id, span.id));
  if (!parent_span_id.empty()) CHECK(lineage::parse_hex_id(parent_span_id, span.parent));
  span.kind = kind;
  span.service = service;
  span.operation = name;
  span.peer = peer;
  std::vector<lineage::SpanAttribute> views;
  for (const auto& [key, value] : attributes) views.push_back({key, value});
  span.attributes = views;
  sink.add(span);
}

TestSpan record(const std::string& trace_id, const std::string& span_id,
                const std::string& parent_span_id, lineage::SpanKind kind,
                const std::string& service) {
  TestSpan span;
  span.trace_id = trace_id;
  span.span_id = span_id;
  span.parent_span_id = parent_span_id;
  span.kind = kind;
  span.service = service;
  return span;
}

lineage::SpanTable table_of(const std::vector<TestSpan>& spans) {
  lineage::SpanTable table;
  for (const TestSpan& span : spans) span.give_to(table);
  return table;
}

SpanBatch batch_of(const std::vector<TestSpan>& spans) {
  SpanBatch batch;
  for (const TestSpan& span : spans) span.give_to(batch);
  return batch;
}

lineage::TraceId trace_id_of(const std::string& hex) {
  lineage::TraceId id;
  CHECK(lineage::parse_hex_id(hex, id));
  return id;
}

grpc::Status export_bytes(const std::string& address, const std::string& request,
                          std::string* reply) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  // A channel of its own: grpc would otherwise share one connection between all clients
  // of a test.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel =
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const grpc::internal::RpcMethod method(
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::Status status =
      grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
          channel.get(), method, &context, sent, &received);
  if (reply != nullptr && status.ok()) {
    reply->clear();
    std::vector<grpc::Slice> slices;
    if (received.Dump(&slices).ok()) {
      for (const grpc::Slice& part : slices) {
        reply->append(reinterpret_cast<const char*>(part.begin()), part.size());
      }
    }
  }
  return status;
}

}  // namespace cutset::ingest
