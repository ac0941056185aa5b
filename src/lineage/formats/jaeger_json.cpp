// Jaeger's UI and API JSON (traces.md section 2): {"data":[trace...]}, a list of traces,
// or a trace alone, one document or one on each line.
//
// The services of a trace stand in "processes", mostly behind its spans: spans wait until
// the processes are known. Views into the document are all that is kept of them. When too
// many wait, the processes are looked for ahead.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "lineage/formats/json_cursor.h"
#include "lineage/formats/json_documents.h"
#include "lineage/formats/readers.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

namespace {

constexpr size_t kMostWaiting = size_t{32} << 10;
constexpr size_t kMostWaitingTags = size_t{1} << 20;
// More than a span table keeps, because some of them are noise.
constexpr uint32_t kMostTags = 4096;
constexpr int64_t kMicrosecond = 1000;

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) { return a == b || (a | 0x20) == b; };
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), same);
}

SpanKind kind_of(std::string_view text) {
  for (const SpanKind kind : {SpanKind::kServer, SpanKind::kClient, SpanKind::kInternal,
                              SpanKind::kProducer, SpanKind::kConsumer}) {
    if (equal_ignoring_case(text, span_kind_name(kind))) return kind;
  }
  return SpanKind::kUnspecified;
}

/// Tools write traces by hand whose ids are "A" and "G": what is no number stands for its
/// hash. False: no id.
bool id_of(std::string_view text, TraceId& id) {
  if (text.empty()) return false;
  if (!parse_hex_id(text, id)) id = {fnv64(text), ~fnv64(text)};
  return !id.is_zero();
}
bool id_of(std::string_view text, SpanId& id) {
  if (text.empty()) return false;
  if (!parse_hex_id(text, id)) id = fnv64(text);
  return id != 0;
}

struct Reference {
  TraceId trace;  // zero: the span's own
  SpanId span = 0;
  bool follows_from = false;
};

/// A span that waits for its service's name.
struct Waiting {
  SpanView span;
  std::string_view trace_text;  // "": its trace's
  std::string_view span_text;
  std::string_view process;  // a key of "processes"
  SpanId old_parent = 0;     // "parentSpanID"
  bool inline_process = false;
  uint32_t first_tag = 0;
  uint32_t tags = 0;
  uint32_t first_reference = 0;
  uint32_t references = 0;
};

class JaegerDocument {
 public:
  JaegerDocument(JsonCursor& json, SpanSink& sink) : json_(json), sink_(sink) {}

  /// The next document.
  void read() {
    parsed_text_ = {};  // a view of the one before
    parsed_ = {};
    if (json_.peek() == '[') {
      read_traces();
    } else {
      read_trace(true);
    }
  }

 private:
  void read_traces() {
    for (bool more = json_.begin_array(); more; more = json_.more_elements())
      read_trace(false);
  }

  /// `outermost`: it may also be the wrapper with "data".
  void read_trace(bool outermost) {
    processes_.clear();
    last_process_ = {};
    processes_known_ = false;
    trace_text_ = {};
    for (bool more = json_.begin_object(); more; more = json_.more_fields()) {
      const JsonKey key = json_.key();
      if (key.is("spans")) {
        read_spans();
      } else if (key.is("processes")) {
        read_processes(json_);
      } else if (key.is("traceID")) {
        trace_text_ = json_.text();
      } else if (outermost && key.is("data")) {
        if (json_.peek() == '{') {
          read_trace(false);
        } else {
          read_traces();
        }
      } else {
        json_.skip();
      }
    }
    hand_over();
  }

  void read_spans() {
    for (bool more = json_.begin_array(); more; more = json_.more_elements()) {
      if (waiting_.size() >= kMostWaiting || tags_.size() >= kMostWaitingTags) {
        if (!processes_known_) look_ahead();
        hand_over();
      }
      read_span();
    }
  }

  void read_span() {
    Waiting& waiting = waiting_.emplace_back();
    waiting.first_tag = static_cast<uint32_t>(tags_.size());
    waiting.first_reference = static_cast<uint32_t>(references_.size());
    for (bool more = json_.begin_object(); more; more = json_.more_fields())
      read_field(waiting);
    waiting.tags = static_cast<uint32_t>(tags_.size()) - waiting.first_tag;
    waiting.references =
        static_cast<uint32_t>(references_.size()) - waiting.first_reference;
  }

  void read_field(Waiting& waiting) {
    const JsonKey key = json_.key();
    switch (key.first()) {
      case 't':
        if (key.is("traceID")) {
          waiting.trace_text = json_.text();
          return;
        }
        if (key.is("tags")) return read_tags(waiting);
        break;
      case 's':
        if (key.is("spanID")) {
          waiting.span_text = json_.text();
          return;
        }
        if (key.is("startTime")) {
          waiting.span.start_ns =
              std::max<int64_t>(0, json_.scaled_integer(kMicrosecond));
          return;
        }
        break;
      case 'd':
        if (key.is("duration")) {
          waiting.span.end_ns = std::max<int64_t>(0, json_.scaled_integer(kMicrosecond));
          return;
        }
        break;
      case 'o':
        if (key.is("operationName")) {
          waiting.span.operation = json_.text();
          return;
        }
        break;
      case 'r':
        if (key.is("references")) return read_references();
        break;
      case 'p':
        if (key.is("processID")) {
          waiting.process = json_.text();
          return;
        }
        if (key.is("process")) {
          waiting.inline_process = true;
          waiting.span.service = read_process(json_);
          return;
        }
        if (key.is("parentSpanID")) {
          if (!id_of(json_.text(), waiting.old_parent)) waiting.old_parent = 0;
          return;
        }
        break;
      default:
        break;
    }
    json_.skip();
  }

  /// The UI exports the whole chain of ancestors as a "span" in each reference: skipped.
  void read_references() {
    const size_t first = references_.size();
    for (bool more = json_.begin_array(); more; more = json_.more_elements()) {
      Reference reference;
      bool valid = false;
      for (bool field = json_.begin_object(); field; field = json_.more_fields()) {
        const JsonKey key = json_.key();
        if (key.is("refType")) {
          reference.follows_from = equal_ignoring_case(json_.text(), "follows_from");
        } else if (key.is("traceID")) {
          if (!id_of(json_.text(), reference.trace)) reference.trace = {};
        } else if (key.is("spanID")) {
          valid = id_of(json_.text(), reference.span);
        } else {
          json_.skip();
        }
      }
      if (valid && references_.size() - first <= SpanTable::kMostLinks)
        references_.push_back(reference);
    }
  }

  void read_tags(Waiting& waiting) {
    for (bool more = json_.begin_array(); more; more = json_.more_elements()) {
      SpanAttribute tag;
      for (bool field = json_.begin_object(); field; field = json_.more_fields()) {
        const JsonKey key = json_.key();
        if (key.is("key")) {
          tag.key = json_.text();
        } else if (key.is("value")) {
          tag.value = json_.text();
        } else {
          json_.skip();
        }
      }
      if (!meaning_of(tag, waiting.span) && tags_.size() - waiting.first_tag < kMostTags)
        tags_.push_back(tag);
    }
  }

  /// True: the tag is a field of our spans. What OTLP has as fields is no attribute, so
  /// that a trace is the same in both forms.
  static bool meaning_of(const SpanAttribute& tag, SpanView& span) {
    switch (tag.key.empty() ? '\0' : tag.key.front()) {
      case 's':
        if (tag.key != "span.kind") return false;
        span.kind = kind_of(tag.value);
        return true;
      case 'e':
        if (tag.key != "error") return false;
        if (equal_ignoring_case(tag.value, "true")) {
          span.status = SpanStatus::kError;
          return true;
        }
        return equal_ignoring_case(tag.value, "false");
      case 'o':
        if (tag.key == "otel.status_code") {
          if (equal_ignoring_case(tag.value, "error")) span.status = SpanStatus::kError;
          if (equal_ignoring_case(tag.value, "ok") && span.status == SpanStatus::kUnset)
            span.status = SpanStatus::kOk;
          return true;
        }
        return tag.key == "otel.status_description";
      case 'p':
        if (tag.key == "peer.service" && span.peer.empty()) span.peer = tag.value;
        return false;
      default:
        return false;
    }
  }

  static std::string_view read_process(JsonCursor& json) {
    std::string_view service;
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const JsonKey key = json.key();
      if (key.is("serviceName")) {
        service = json.text();
      } else {
        json.skip();
      }
    }
    return service;
  }

  void read_processes(JsonCursor& json) {
    processes_known_ = true;
    last_process_ = {};
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const std::string_view name = json.key_text();
      processes_[name] = read_process(json);
    }
  }

  /// Stands between two spans: the processes are behind the rest of them.
  void look_ahead() {
    if (ahead_ == nullptr) ahead_ = std::make_unique<JsonCursor>();
    ahead_->start(json_.rest(), "", 1);
    do {
      ahead_->skip();
    } while (ahead_->more_elements());
    while (ahead_->more_fields()) {
      if (ahead_->key().is("processes")) {
        read_processes(*ahead_);
      } else {
        ahead_->skip();
      }
    }
    // Also if there are none, or the file is cut off: once is enough.
    processes_known_ = true;
  }

  void hand_over() {
    // After an error their services would be missing.
    if (!json_.failed()) {
      for (Waiting& waiting : waiting_) finish(waiting);
    }
    waiting_.clear();
    tags_.clear();
    references_.clear();
  }

  void finish(Waiting& waiting) {
    SpanView& span = waiting.span;
    if (!identify(waiting)) return;
    if (!waiting.inline_process) span.service = service_of(waiting.process);
    constexpr int64_t kLatest = std::numeric_limits<int64_t>::max();
    const int64_t duration = std::min(span.end_ns, kLatest - span.start_ns);
    span.end_ns = span.start_ns + duration;
    span.attributes = std::span(tags_).subspan(waiting.first_tag, waiting.tags);
    relate(waiting);
    span.links = links_;
    sink_.add(span);
  }

  bool identify(Waiting& waiting) {
    const std::string_view trace =
        waiting.trace_text.empty() ? trace_text_ : waiting.trace_text;
    // Most spans stand with others of their trace.
    if (trace != parsed_text_ || parsed_.is_zero()) {
      parsed_text_ = trace;
      if (!id_of(trace, parsed_)) parsed_ = {};
    }
    SpanView& span = waiting.span;
    span.trace = parsed_;
    if (parsed_.is_zero()) return reject("traceID", trace);
    if (!id_of(waiting.span_text, span.id)) return reject("spanID", waiting.span_text);
    return true;
  }

  bool reject(std::string_view name, std::string_view text) {
    // Only the first reason is kept, and millions of spans may be wrong.
    if (reason_.empty()) {
      reason_ = text.empty() ? fmt::format("no {}: expected hexadecimal digits", name)
                             : fmt::format("{} is all 0: expected another", name);
    }
    sink_.reject(reason_);
    return false;
  }

  /// Parent and links, by the references.
  void relate(Waiting& waiting) {
    links_.clear();
    SpanView& span = waiting.span;
    const auto references =
        std::span(references_).subspan(waiting.first_reference, waiting.references);
    const Reference* parent = nullptr;
    for (Reference& reference : references) {
      if (reference.trace.is_zero()) reference.trace = span.trace;
      if (reference.trace != span.trace) continue;
      if (parent == nullptr || (parent->follows_from && !reference.follows_from))
        parent = &reference;
    }
    for (const Reference& reference : references) {
      if (&reference != parent)
        links_.push_back({reference.trace, reference.span, !reference.follows_from});
    }
    if (parent != nullptr) {
      span.parent = parent->span;
      span.follows_from = parent->follows_from;
    } else {
      span.parent = waiting.old_parent;
    }
  }

  std::string_view service_of(std::string_view process) {
    if (process != last_process_ || last_process_.empty()) {
      const auto found = processes_.find(process);
      last_process_ = process;
      last_service_ = found == processes_.end() ? std::string_view() : found->second;
    }
    return last_service_;
  }

  JsonCursor& json_;
  SpanSink& sink_;
  std::unique_ptr<JsonCursor> ahead_;  // mostly not needed
  std::string_view trace_text_;
  std::unordered_map<std::string_view, std::string_view> processes_;  // looked up only
  std::string_view last_process_;
  std::string_view last_service_;
  bool processes_known_ = false;
  std::vector<Waiting> waiting_;
  std::vector<SpanAttribute> tags_;
  std::vector<Reference> references_;
  std::vector<SpanLink> links_;
  std::string_view parsed_text_;
  TraceId parsed_;
  std::string reason_;
};

class JaegerJsonReader : public TraceReader {
 public:
  std::string_view name() const override { return "jaeger-json"; }
  std::string_view describe() const override { return "Jaeger UI or API JSON"; }

  bool recognises(std::string_view head) const override {
    // {"data": [ { "spans": [ {
    constexpr size_t kInsideSpan = 5;
    return json_head_has(head, kInsideSpan, {"traceID", "spanID"}) ||
           (json_head_has(head, 1, {"data"}) && json_head_has(head, 1, {"total"}));
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    JsonDocuments documents(input, kHeadBytes);
    JsonCursor json;
    JaegerDocument document(json, sink);
    for (;;) {
      CUTSET_ASSIGN(const bool more, documents.next(json));
      if (!more) return {};
      document.read();
    }
  }
};

}  // namespace

const TraceReader& jaeger_json_reader() {
  static const JaegerJsonReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
