// Spans as cutset uses them, whatever the format they came in (traces.md section 1). Read
// here: OTLP messages.
//
// Invariants of a SpanRecord: trace_id is 32 and span_id 16 lower-case hex digits,
// neither all zero; parent_span_id is "" for a root, else like span_id; texts are at most
// 1 KiB long.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace opentelemetry::proto::collector::trace::v1 {
class ExportTraceServiceRequest;
}

namespace cutset::lineage {

enum class SpanKind { kInternal, kServer, kClient, kProducer, kConsumer };

struct SpanRecord {
  std::string trace_id;
  std::string span_id;
  std::string parent_span_id;
  std::string service;  // service.name of the resource; "" if it has none
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  bool error = false;
  std::string http_method;
  std::string http_route;
  int http_status = 0;  // 0: none
  std::string server_address;
  int server_port = 0;  // 0: none
  std::string peer_service;
};

struct OtlpSpans {
  std::vector<SpanRecord> spans;
  int64_t rejected = 0;      // spans without a valid identity
  std::string first_reason;  // why the first of them was rejected
};

OtlpSpans spans_from_otlp(
    const opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest& request);

}  // namespace cutset::lineage
