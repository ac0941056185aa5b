// Zipkin v2 JSON (openzipkin/zipkin-api, zipkin2-api.yaml): one record, one span.
#include <vector>

#include "lineage/formats/readers.h"
#include "lineage/formats/zipkin_record.h"

namespace cutset::lineage {

namespace {

SpanKind kind_of(std::string_view name) {
  if (name == "CLIENT") return SpanKind::kClient;
  if (name == "SERVER") return SpanKind::kServer;
  if (name == "PRODUCER") return SpanKind::kProducer;
  if (name == "CONSUMER") return SpanKind::kConsumer;
  return SpanKind::kUnspecified;
}

class ZipkinV2Reader : public TraceReader {
 public:
  std::string_view name() const override { return "zipkin-v2"; }
  std::string_view describe() const override { return "Zipkin v2 JSON"; }
  bool recognises(std::string_view head) const override {
    return looks_like_zipkin(head) && !looks_like_zipkin_v1(head);
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    std::vector<SpanAttribute> attributes;
    return read_zipkin_records(input, [&](const ZipkinRecord& record) {
      SpanView span;
      if (!read_zipkin_ids(record, span, sink)) return;
      span.shared = record.shared;
      span.kind = kind_of(record.kind);
      span.service = record.local.service;
      span.operation = record.name;
      span.peer = record.remote.service;
      span.start_ns = nanoseconds(record.timestamp_us);
      span.end_ns = nanoseconds(end_us(record.timestamp_us, record.duration_us));
      attributes.clear();
      for (const ZipkinTag& tag : record.tags) {
        // Of any value, "" and "false" too: that is how Zipkin reads it.
        if (tag.key == "error") span.status = SpanStatus::kError;
        attributes.push_back({tag.key, tag.value});
      }
      const bool calls =
          span.kind == SpanKind::kClient || span.kind == SpanKind::kProducer;
      if (calls && span.peer.empty() && !record.remote.address.empty()) {
        // A callee without a name is known by its address.
        attributes.push_back({"server.address", record.remote.address});
        if (!record.remote.port.empty())
          attributes.push_back({"server.port", record.remote.port});
      }
      span.attributes = attributes;
      sink.add(span);
    });
  }
};

}  // namespace

const TraceReader& zipkin_v2_reader() {
  static const ZipkinV2Reader kReader;
  return kReader;
}

}  // namespace cutset::lineage
