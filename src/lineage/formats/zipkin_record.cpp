#include "lineage/formats/zipkin_record.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "lineage/formats/json_cursor.h"
#include "lineage/formats/json_documents.h"

namespace cutset::lineage {

namespace {

constexpr size_t kLongestLine = size_t{16} << 20;  // of a file with a record a line

void read_endpoint(JsonCursor& json, ZipkinEndpoint& endpoint) {
  std::string_view version6;
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    const JsonKey key = json.key();
    if (key.is("serviceName")) {
      endpoint.service = json.text();
    } else if (key.is("ipv4")) {
      endpoint.address = json.text();
    } else if (key.is("ipv6")) {
      version6 = json.text();
    } else if (key.is("port")) {
      endpoint.port = json.text();
    } else {
      json.skip();
    }
  }
  if (endpoint.address.empty()) endpoint.address = version6;
}

void read_tags(JsonCursor& json, std::vector<ZipkinTag>& tags) {
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    ZipkinTag& tag = tags.emplace_back();
    tag.key = json.key_text();
    tag.value = json.text();
  }
}

void read_binary_annotations(JsonCursor& json, std::vector<ZipkinTag>& tags) {
  for (bool more = json.begin_array(); more; more = json.more_elements()) {
    ZipkinTag& tag = tags.emplace_back();
    for (bool field = json.begin_object(); field; field = json.more_fields()) {
      const JsonKey key = json.key();
      if (key.is("key")) {
        tag.key = json.text();
      } else if (key.is("value")) {
        tag.value = json.text();
      } else if (key.is("endpoint")) {
        read_endpoint(json, tag.endpoint);
      } else {
        json.skip();
      }
    }
  }
}

void read_annotations(JsonCursor& json, std::vector<ZipkinAnnotation>& annotations) {
  for (bool more = json.begin_array(); more; more = json.more_elements()) {
    ZipkinAnnotation& annotation = annotations.emplace_back();
    for (bool field = json.begin_object(); field; field = json.more_fields()) {
      const JsonKey key = json.key();
      if (key.is("value")) {
        annotation.value = json.text();
      } else if (key.is("timestamp")) {
        annotation.timestamp_us = json.integer();
      } else if (key.is("endpoint")) {
        read_endpoint(json, annotation.endpoint);
      } else {
        json.skip();
      }
    }
  }
}

/// False: `key` is none of those that are texts or numbers.
bool read_plain_field(const JsonKey& key, JsonCursor& json, ZipkinRecord& record) {
  if (key.is("traceId")) {
    record.trace_id = json.text();
  } else if (key.is("id")) {
    record.id = json.text();
  } else if (key.is("parentId")) {
    record.parent_id = json.text();
  } else if (key.is("name")) {
    record.name = json.text();
  } else if (key.is("kind")) {
    record.kind = json.text();
  } else if (key.is("timestamp")) {
    record.timestamp_us = json.integer();
  } else if (key.is("duration")) {
    record.duration_us = json.integer();
  } else if (key.is("shared")) {
    record.shared = json.text() == "true";
  } else {
    return false;
  }
  return true;
}

void read_record(JsonCursor& json, ZipkinRecord& record) {
  // The lists keep their memory.
  ZipkinRecord fresh;
  fresh.tags.swap(record.tags);
  fresh.annotations.swap(record.annotations);
  fresh.tags.clear();
  fresh.annotations.clear();
  record = std::move(fresh);
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    const JsonKey key = json.key();
    if (read_plain_field(key, json, record)) continue;
    if (key.is("localEndpoint")) {
      read_endpoint(json, record.local);
    } else if (key.is("remoteEndpoint")) {
      read_endpoint(json, record.remote);
    } else if (key.is("tags")) {
      read_tags(json, record.tags);
    } else if (key.is("binaryAnnotations")) {
      read_binary_annotations(json, record.tags);
    } else if (key.is("annotations")) {
      read_annotations(json, record.annotations);
    } else {
      json.skip();
    }
  }
}

class RecordReader {
 public:
  explicit RecordReader(const std::function<void(const ZipkinRecord&)>& take)
      : take_(take) {}

  void read_document(JsonCursor& json) {
    if (json.peek() == '{') return read_one(json);
    for (bool more = json.begin_array(); more; more = json.more_elements()) {
      if (json.peek() != '[') {
        read_one(json);
        continue;
      }
      for (bool inner = json.begin_array(); inner; inner = json.more_elements())
        read_one(json);
    }
  }

 private:
  void read_one(JsonCursor& json) {
    read_record(json, record_);
    if (!json.failed()) take_(record_);
  }

  const std::function<void(const ZipkinRecord&)>& take_;
  ZipkinRecord record_;
};

bool has(std::string_view head, std::string_view what) {
  return head.find(what) != std::string_view::npos;
}

}  // namespace

Status read_zipkin_records(TraceInput& input,
                           const std::function<void(const ZipkinRecord&)>& take) {
  JsonDocuments documents(input, kLongestLine);
  JsonCursor json;
  RecordReader reader(take);
  for (;;) {
    CUTSET_ASSIGN(const bool more, documents.next(json));
    if (!more) return {};
    reader.read_document(json);
    CUTSET_TRY(json.status());
  }
}

bool read_zipkin_ids(const ZipkinRecord& record, SpanView& span, SpanSink& sink) {
  constexpr size_t kShown = 40;
  const auto refuse = [&sink](std::string_view what, std::string_view text,
                              std::string_view expected) {
    sink.reject(fmt::format("{} \"{}\": expected {}, not zero", what,
                            text.substr(0, kShown), expected));
    return false;
  };
  constexpr std::string_view kSpanId = "1 to 16 hex digits";
  if (!parse_hex_id(record.trace_id, span.trace) || span.trace.is_zero())
    return refuse("traceId", record.trace_id, "1 to 32 hex digits");
  if (!parse_hex_id(record.id, span.id) || span.id == 0)
    return refuse("id", record.id, kSpanId);
  span.parent = 0;
  if (!record.parent_id.empty() && !parse_hex_id(record.parent_id, span.parent))
    return refuse("parentId", record.parent_id, kSpanId);
  if (span.parent == span.id) span.parent = 0;
  return true;
}

int64_t nanoseconds(int64_t microseconds) {
  constexpr int64_t kNanoseconds = 1000;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kNanoseconds;
  return std::clamp<int64_t>(microseconds, 0, kMost) * kNanoseconds;
}

int64_t end_us(int64_t begin_us, int64_t duration_us) {
  const int64_t begin = std::max<int64_t>(begin_us, 0);
  const int64_t duration = std::max<int64_t>(duration_us, 0);
  return begin + std::min(duration, std::numeric_limits<int64_t>::max() - begin);
}

bool looks_like_zipkin(std::string_view head) {
  constexpr size_t kDeepestSpan = 3;  // in a list of lists
  return json_head_has(head, kDeepestSpan, {"traceId"}) &&
         json_head_has(head, kDeepestSpan, {"id"}) &&
         !json_head_has(head, 1,
                        {"resourceSpans", "resource_spans", "batches", "data", "trace"});
}

bool looks_like_zipkin_v1(std::string_view head) {
  constexpr size_t kDeepestAnnotation = 5;
  return looks_like_zipkin(head) && !has(head, "\"localEndpoint\"") &&
         (json_head_has(head, kDeepestAnnotation, {"binaryAnnotations"}) ||
          json_head_has(head, kDeepestAnnotation, {"endpoint"}));
}

}  // namespace cutset::lineage
