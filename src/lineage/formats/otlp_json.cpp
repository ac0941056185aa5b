// OTLP/JSON: as specified, and as it is found (traces.md section 2): Tempo's "batches",
// ids in base64, enumerations by name, the old name of scopes, wrappers of query answers;
// one document, several, or one on each line as the collector's file exporter writes.
//
// How ids and enumerations are written is decided for each of them, not for the file.
#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lineage/formats/json_cursor.h"
#include "lineage/formats/json_documents.h"
#include "lineage/formats/otlp_json_value.h"
#include "lineage/formats/readers.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

namespace {

constexpr size_t kLongestLine = size_t{64} << 20;
constexpr size_t kMostAttributes = 4096;
constexpr int kMostWrappers = 4;

int base64_value(char character) {
  if (character >= 'A' && character <= 'Z') return character - 'A';
  if (character >= 'a' && character <= 'z') return character - 'a' + 26;
  if (character >= '0' && character <= '9') return character - '0' + 52;
  if (character == '+' || character == '-') return 62;
  if (character == '/' || character == '_') return 63;
  return -1;
}

/// Exactly `bytes` bytes as words, most significant first. With or without '='.
bool parse_base64(std::string_view text, size_t bytes, uint64_t* words) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() != (bytes * 8 + 5) / 6) return false;
  uint32_t bits = 0;
  unsigned have = 0;
  size_t done = 0;
  for (const char character : text) {
    const int value = base64_value(character);
    if (value < 0) return false;
    bits = (bits << 6U) | static_cast<uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    uint64_t& word = words[done / 8];
    word = (word << 8U) | ((bits >> have) & 0xFFU);
    ++done;
  }
  return true;
}

bool parse_id(std::string_view text, TraceId& id) {
  constexpr size_t kDigits = 32;
  std::array<uint64_t, 2> words{};
  if (text.size() == kDigits) {
    if (!parse_hex_id(text, id)) return false;
  } else if (parse_base64(text, sizeof words, words.data())) {
    id = {words[0], words[1]};
  } else {
    return false;
  }
  return !id.is_zero();
}

bool parse_id(std::string_view text, SpanId& id) {
  constexpr size_t kDigits = 16;
  if (text.size() == kDigits) return parse_hex_id(text, id) && id != 0;
  id = 0;
  return parse_base64(text, sizeof id, &id) && id != 0;
}

bool is_zero_id(std::string_view text) {
  return text.find_first_not_of("0") == std::string_view::npos ||
         text.find_first_not_of("A=") == std::string_view::npos;
}

template <typename Value>
struct EnumName {
  std::string_view number;
  std::string_view name;
  Value value;
};

SpanKind kind_of(std::string_view text) {
  constexpr EnumName<SpanKind> kKinds[] = {
      {"1", "SPAN_KIND_INTERNAL", SpanKind::kInternal},
      {"2", "SPAN_KIND_SERVER", SpanKind::kServer},
      {"3", "SPAN_KIND_CLIENT", SpanKind::kClient},
      {"4", "SPAN_KIND_PRODUCER", SpanKind::kProducer},
      {"5", "SPAN_KIND_CONSUMER", SpanKind::kConsumer}};
  for (const auto& kind : kKinds) {
    if (text == kind.number || text == kind.name) return kind.value;
  }
  return SpanKind::kUnspecified;
}

SpanStatus status_of(std::string_view text) {
  if (text == "2" || text == "STATUS_CODE_ERROR") return SpanStatus::kError;
  if (text == "1" || text == "STATUS_CODE_OK") return SpanStatus::kOk;
  return SpanStatus::kUnset;
}

class OtlpDocument {
 public:
  OtlpDocument(JsonCursor& json, SpanSink& sink) : json_(json), sink_(sink) {}

  void read() { read_message(0); }

 private:
  /// A TracesData, or what query services wrap around it.
  void read_message(int wrappers) {
    if (wrappers > kMostWrappers) return json_.skip();
    if (json_.peek() == '[') {
      for (bool more = json_.begin_array(); more; more = json_.more_elements())
        read_message(wrappers + 1);
      return;
    }
    for (bool more = json_.begin_object(); more; more = json_.more_fields()) {
      const JsonKey key = json_.key();
      if (key.is("resourceSpans") || key.is("batches") || key.is("resource_spans")) {
        for (bool group = json_.begin_array(); group; group = json_.more_elements())
          read_group();
      } else if (key.is("trace") || key.is("traces") || key.is("result")) {
        read_message(wrappers + 1);
      } else {
        json_.skip();
      }
    }
  }

  void read_group() {
    bool service_known = false;
    service_ = {};
    for (bool more = json_.begin_object(); more; more = json_.more_fields()) {
      const JsonKey key = json_.key();
      if (key.is("resource")) {
        service_ = read_resource(json_);
        service_known = true;
      } else if (key.is("scopeSpans") || key.is("instrumentationLibrarySpans") ||
                 key.is("scope_spans")) {
        if (!service_known) service_ = service_ahead();
        service_known = true;
        for (bool scope = json_.begin_array(); scope; scope = json_.more_elements())
          read_scope();
      } else {
        json_.skip();
      }
    }
  }

  /// The resource may stand behind its spans. Stands at the value of a field.
  std::string_view service_ahead() {
    if (ahead_ == nullptr) ahead_ = std::make_unique<JsonCursor>();
    ahead_->start(json_.rest(), "", 1);
    ahead_->skip();
    std::string_view service;
    while (ahead_->more_fields()) {
      if (ahead_->key().is("resource")) {
        service = read_resource(*ahead_);
      } else {
        ahead_->skip();
      }
    }
    return json_.keep(service);
  }

  static std::string_view read_resource(JsonCursor& json) {
    std::string_view service;
    bool found = false;
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      if (!json.key().is("attributes")) {
        json.skip();
        continue;
      }
      for (bool element = json.begin_array(); element; element = json.more_elements()) {
        const SpanAttribute attribute = read_attribute(json);
        if (found || attribute.key != "service.name") continue;
        found = true;
        service = attribute.value;
      }
    }
    return service;
  }

  void read_scope() {
    for (bool more = json_.begin_object(); more; more = json_.more_fields()) {
      if (!json_.key().is("spans")) {
        json_.skip();
        continue;
      }
      for (bool span = json_.begin_array(); span; span = json_.more_elements())
        read_span();
    }
  }

  static SpanAttribute read_attribute(JsonCursor& json) {
    SpanAttribute attribute;
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const JsonKey key = json.key();
      if (key.is("key")) {
        attribute.key = json.text();
      } else if (key.is("value")) {
        attribute.value = read_otlp_json_value(json);
      } else {
        json.skip();
      }
    }
    return attribute;
  }

  /// What read_span() collects before it knows whether the span can be used.
  struct Ids {
    std::string_view trace;
    std::string_view span;
    std::string_view parent;
  };

  void read_span() {
    SpanView span;
    Ids ids;
    attributes_.clear();
    links_.clear();
    for (bool more = json_.begin_object(); more; more = json_.more_fields())
      read_field(ids, span);
    if (json_.failed() || !identify(ids, span)) return;
    span.start_ns = std::max<int64_t>(0, span.start_ns);
    span.end_ns = std::max(span.start_ns, span.end_ns);
    span.service = service_;
    span.attributes = attributes_;
    span.links = links_;
    sink_.add(span);
  }

  void read_field(Ids& ids, SpanView& span) {
    const JsonKey key = json_.key();
    if (key.is("traceId") || key.is("trace_id")) {
      ids.trace = json_.text();
    } else if (key.is("spanId") || key.is("span_id")) {
      ids.span = json_.text();
    } else if (key.is("parentSpanId") || key.is("parent_span_id")) {
      ids.parent = json_.text();
    } else if (key.is("name")) {
      span.operation = json_.text();
    } else if (key.is("kind")) {
      span.kind = kind_of(json_.text());
    } else if (key.is("startTimeUnixNano") || key.is("start_time_unix_nano")) {
      span.start_ns = json_.integer();
    } else if (key.is("endTimeUnixNano") || key.is("end_time_unix_nano")) {
      span.end_ns = json_.integer();
    } else if (key.is("attributes")) {
      read_attributes(span);
    } else if (key.is("links")) {
      read_links();
    } else if (key.is("status")) {
      read_status(span);
    } else {
      json_.skip();
    }
  }

  void read_attributes(SpanView& span) {
    for (bool more = json_.begin_array(); more; more = json_.more_elements()) {
      const SpanAttribute attribute = read_attribute(json_);
      if (attributes_.size() == kMostAttributes) continue;
      attributes_.push_back(attribute);
      if (attribute.key == "peer.service" && span.peer.empty())
        span.peer = attribute.value;
    }
  }

  void read_links() {
    for (bool more = json_.begin_array(); more; more = json_.more_elements()) {
      SpanLink link;
      bool valid_trace = false;
      bool valid_span = false;
      for (bool field = json_.begin_object(); field; field = json_.more_fields()) {
        const JsonKey key = json_.key();
        if (key.is("traceId") || key.is("trace_id")) {
          valid_trace = parse_id(json_.text(), link.trace);
        } else if (key.is("spanId") || key.is("span_id")) {
          valid_span = parse_id(json_.text(), link.span);
        } else {
          json_.skip();
        }
      }
      if (valid_trace && valid_span && links_.size() < SpanTable::kMostLinks)
        links_.push_back(link);
    }
  }

  void read_status(SpanView& span) {
    for (bool more = json_.begin_object(); more; more = json_.more_fields()) {
      if (json_.key().is("code")) {
        span.status = status_of(json_.text());
      } else {
        json_.skip();
      }
    }
  }

  bool identify(const Ids& ids, SpanView& span) {
    constexpr int kTraceDigits = 32;
    constexpr int kSpanDigits = 16;
    if (!parse_id(ids.trace, span.trace))
      return reject(span, "traceId", ids.trace, kTraceDigits);
    if (!parse_id(ids.span, span.id))
      return reject(span, "spanId", ids.span, kSpanDigits);
    // A parent of zeros is how some exporters write "none".
    if (!parse_id(ids.parent, span.parent)) {
      span.parent = 0;
      if (!is_zero_id(ids.parent))
        return reject(span, "parentSpanId", ids.parent, kSpanDigits);
    }
    return true;
  }

  bool reject(const SpanView& span, std::string_view name, std::string_view text,
              int digits) {
    constexpr size_t kShown = 64;
    // Only the first reason is kept, and millions of spans may be wrong.
    if (reason_.empty()) {
      reason_ = fmt::format(
          "span \"{}\": {} is \"{}\": expected {} hexadecimal digits that are not all 0, "
          "or {} bytes in base64",
          span.operation.substr(0, kShown), name, text.substr(0, kShown), digits,
          digits / 2);
    }
    sink_.reject(reason_);
    return false;
  }

  JsonCursor& json_;
  SpanSink& sink_;
  std::unique_ptr<JsonCursor> ahead_;  // mostly not needed
  std::string_view service_;
  std::vector<SpanAttribute> attributes_;
  std::vector<SpanLink> links_;
  std::string reason_;
};

class OtlpJsonReader : public TraceReader {
 public:
  std::string_view name() const override { return "otlp-json"; }
  std::string_view describe() const override {
    return "OTLP/JSON (one document or JSON lines; Tempo's form too)";
  }

  bool recognises(std::string_view head) const override {
    // {"traces": [ {"resourceSpans"
    constexpr size_t kInsideWrappers = 3;
    return json_head_has(head, kInsideWrappers,
                         {"resourceSpans", "resource_spans", "batches", "scopeSpans",
                          "instrumentationLibrarySpans"});
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    JsonDocuments documents(input, kLongestLine);
    JsonCursor json;
    OtlpDocument document(json, sink);
    for (;;) {
      CUTSET_ASSIGN(const bool more, documents.next(json));
      if (!more) return {};
      document.read();
    }
  }
};

}  // namespace

const TraceReader& otlp_json_reader() {
  static const OtlpJsonReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
