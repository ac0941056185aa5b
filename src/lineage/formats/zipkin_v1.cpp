// Zipkin v1 JSON: one record tells of both sides of a call, by annotations that say who
// sent and received when ("cs", "sr", "ss", "cr"; "ms" and "mr" for messages), each with
// its endpoint. A record becomes the caller's half, the callee's half, or both: then the
// second is shared, as in v2, and the twin of the first.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "lineage/formats/readers.h"
#include "lineage/formats/zipkin_record.h"

namespace cutset::lineage {

namespace {

/// One side of a record.
struct Half {
  bool seen = false;
  ZipkinEndpoint endpoint;
  int64_t begin_us = 0;
  int64_t end_us = 0;
  SpanStatus status = SpanStatus::kUnset;
  std::vector<SpanAttribute> attributes;

  void note(const ZipkinAnnotation& annotation, bool begins) {
    if (!seen) endpoint = annotation.endpoint;
    seen = true;
    (begins ? begin_us : end_us) = annotation.timestamp_us;
  }
};

struct Sides {
  Half caller;
  Half callee;
  ZipkinEndpoint callee_address;  // "sa": as the caller knows it
  ZipkinEndpoint caller_address;  // "ca"
  ZipkinEndpoint local;           // of a span that is no call
  bool message = false;
};

void read_annotations(const ZipkinRecord& record, Sides& sides) {
  for (const ZipkinAnnotation& annotation : record.annotations) {
    const std::string_view value = annotation.value;
    if (value == "cs" || value == "cr") sides.caller.note(annotation, value == "cs");
    if (value == "sr" || value == "ss") sides.callee.note(annotation, value == "sr");
    if (value == "ms") sides.caller.note(annotation, true);
    if (value == "mr") sides.callee.note(annotation, true);
    sides.message |= value == "ms" || value == "mr";
    if (sides.local == ZipkinEndpoint()) sides.local = annotation.endpoint;
  }
}

bool is_address(const ZipkinTag& tag) {
  return tag.key == "sa" || tag.key == "ca" || tag.key == "ma";
}

void read_addresses(const ZipkinRecord& record, Sides& sides) {
  for (const ZipkinTag& tag : record.tags) {
    if (tag.key == "sa" || tag.key == "ma") sides.callee_address = tag.endpoint;
    if (tag.key == "ca") sides.caller_address = tag.endpoint;
    if (!is_address(tag) && sides.local == ZipkinEndpoint()) sides.local = tag.endpoint;
  }
  // An address of the other side without annotations still says which side this is.
  if (sides.caller.seen || sides.callee.seen) return;
  if (sides.callee_address != ZipkinEndpoint()) {
    sides.caller.seen = true;
    sides.caller.endpoint = sides.local;
  } else if (sides.caller_address != ZipkinEndpoint()) {
    sides.callee.seen = true;
    sides.callee.endpoint = sides.local;
  }
}

/// Who wrote the tag: by the whole endpoint, else by its service; unknown: the caller.
Half& writer_of(const ZipkinTag& tag, Sides& sides) {
  if (!sides.callee.seen) return sides.caller;
  if (!sides.caller.seen) return sides.callee;
  if (tag.endpoint == sides.caller.endpoint) return sides.caller;
  if (tag.endpoint == sides.callee.endpoint ||
      (tag.endpoint.service == sides.callee.endpoint.service &&
       tag.endpoint.service != sides.caller.endpoint.service)) {
    return sides.callee;
  }
  return sides.caller;
}

void read_tags(const ZipkinRecord& record, Sides& sides) {
  for (const ZipkinTag& tag : record.tags) {
    if (is_address(tag)) continue;
    Half& half = writer_of(tag, sides);
    half.attributes.push_back({tag.key, tag.value});
    if (tag.key != "error") continue;
    half.status = SpanStatus::kError;
    // What the callee failed at reached its caller; not the other way round.
    sides.caller.status = SpanStatus::kError;
  }
}

void set_times(const ZipkinRecord& record, const Half& half, bool alone, SpanView& span) {
  int64_t begin = half.begin_us;
  int64_t end = half.end_us;
  if (alone && begin == 0) begin = record.timestamp_us;
  if (alone && end == 0) end = end_us(begin, record.duration_us);
  span.start_ns = nanoseconds(begin);
  span.end_ns = std::max(span.start_ns, nanoseconds(end));
}

class ZipkinV1Reader : public TraceReader {
 public:
  std::string_view name() const override { return "zipkin-v1"; }
  std::string_view describe() const override { return "Zipkin v1 JSON"; }
  bool recognises(std::string_view head) const override {
    return looks_like_zipkin_v1(head);
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    return read_zipkin_records(
        input, [&sink](const ZipkinRecord& record) { read_record(record, sink); });
  }

 private:
  static void read_record(const ZipkinRecord& record, SpanSink& sink) {
    SpanView span;
    if (!read_zipkin_ids(record, span, sink)) return;
    span.operation = record.name;
    Sides sides;
    read_annotations(record, sides);
    read_addresses(record, sides);
    read_tags(record, sides);
    const bool both = sides.caller.seen && sides.callee.seen;
    if (sides.caller.seen) {
      span.kind = sides.message ? SpanKind::kProducer : SpanKind::kClient;
      span.peer = both ? sides.callee.endpoint.service : sides.callee_address.service;
      if (span.peer.empty() && !sides.callee_address.address.empty()) {
        const ZipkinEndpoint& address = sides.callee_address;
        sides.caller.attributes.push_back({"server.address", address.address});
        if (!address.port.empty())
          sides.caller.attributes.push_back({"server.port", address.port});
      }
      add(record, sides.caller, !both, span, sink);
    }
    if (sides.callee.seen) {
      span.kind = sides.message ? SpanKind::kConsumer : SpanKind::kServer;
      span.shared = both;
      span.twin = both;
      span.peer = both ? sides.caller.endpoint.service : sides.caller_address.service;
      add(record, sides.callee, !both, span, sink);
    }
    if (!sides.caller.seen && !sides.callee.seen) {
      sides.caller.endpoint = sides.local;
      add(record, sides.caller, true, span, sink);
    }
  }

  static void add(const ZipkinRecord& record, const Half& half, bool alone,
                  SpanView& span, SpanSink& sink) {
    span.service = half.endpoint.service;
    span.status = half.status;
    span.attributes = half.attributes;
    set_times(record, half, alone, span);
    sink.add(span);
  }
};

}  // namespace

const TraceReader& zipkin_v1_reader() {
  static const ZipkinV1Reader kReader;
  return kReader;
}

}  // namespace cutset::lineage
