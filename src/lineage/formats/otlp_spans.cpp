#include "lineage/formats/otlp_spans.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lineage/formats/otlp_value.h"
#include "lineage/formats/protobuf_wire.h"

namespace cutset::lineage {

namespace {

constexpr uint32_t bytes_tag(uint32_t field) {
  return wire_tag(field, WireType::kBytes);
}

namespace message {
constexpr uint32_t kGroup = bytes_tag(1);
}
namespace group {
constexpr uint32_t kResource = bytes_tag(1);
constexpr uint32_t kScope = bytes_tag(2);
constexpr uint32_t kOldScope = bytes_tag(1000);  // before opentelemetry-proto 0.15
}  // namespace group
namespace resource {
constexpr uint32_t kAttribute = bytes_tag(1);
}
namespace scope {
constexpr uint32_t kSpan = bytes_tag(2);
}
namespace field {  // of a Span
constexpr uint32_t kTraceId = bytes_tag(1);
constexpr uint32_t kSpanId = bytes_tag(2);
constexpr uint32_t kParent = bytes_tag(4);
constexpr uint32_t kName = bytes_tag(5);
constexpr uint32_t kKind = wire_tag(6, WireType::kVarint);
constexpr uint32_t kStart = wire_tag(7, WireType::kFixed64);
constexpr uint32_t kEnd = wire_tag(8, WireType::kFixed64);
constexpr uint32_t kAttribute = bytes_tag(9);
constexpr uint32_t kLink = bytes_tag(13);
constexpr uint32_t kStatus = bytes_tag(15);
}  // namespace field
namespace attribute {
constexpr uint32_t kKey = bytes_tag(1);
constexpr uint32_t kValue = bytes_tag(2);
}  // namespace attribute
namespace link {
constexpr uint32_t kTraceId = bytes_tag(1);
constexpr uint32_t kSpanId = bytes_tag(2);
}  // namespace link
namespace status {
constexpr uint32_t kCode = wire_tag(3, WireType::kVarint);
}

constexpr size_t kMostAttributes = 4096;
constexpr size_t kMostLinks = 1024;
constexpr size_t kTraceIdBytes = 16;
constexpr size_t kSpanIdBytes = 8;

uint64_t big_endian(std::string_view bytes) {
  uint64_t word = 0;
  for (const char byte : bytes) word = (word << 8U) | static_cast<unsigned char>(byte);
  return word;
}

bool read_id(std::string_view bytes, TraceId& id) {
  if (bytes.size() != kTraceIdBytes) return false;
  id = {big_endian(bytes.substr(0, kSpanIdBytes)),
        big_endian(bytes.substr(kSpanIdBytes))};
  return !id.is_zero();
}

bool read_id(std::string_view bytes, SpanId& id) {
  if (bytes.size() != kSpanIdBytes) return false;
  id = big_endian(bytes);
  return id != 0;
}

int64_t time_of(uint64_t nanoseconds) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(std::min(nanoseconds, kMost));
}

SpanKind kind_of(uint64_t number) {
  constexpr SpanKind kKinds[] = {SpanKind::kUnspecified, SpanKind::kInternal,
                                 SpanKind::kServer,      SpanKind::kClient,
                                 SpanKind::kProducer,    SpanKind::kConsumer};
  return number < std::size(kKinds) ? kKinds[number] : SpanKind::kUnspecified;
}

SpanStatus status_of(uint64_t code) {
  constexpr SpanStatus kCodes[] = {SpanStatus::kUnset, SpanStatus::kOk,
                                   SpanStatus::kError};
  return code < std::size(kCodes) ? kCodes[code] : SpanStatus::kUnset;
}

class Conversion {
 public:
  explicit Conversion(SpanSink& sink) : sink_(sink) {}

  bool read_message(WireReader reader) {
    while (reader.next()) {
      if (reader.tag() == message::kGroup && !read_group(reader.nested())) return false;
    }
    return reader.ok();
  }

  bool read_group(WireReader reader) {
    // The resource may stand behind its spans.
    WireReader resources = reader;
    service_.clear();
    service_found_ = false;
    while (resources.next()) {
      if (resources.tag() == group::kResource && !read_resource(resources.nested())) {
        return false;
      }
    }
    if (!resources.ok()) return false;
    while (reader.next()) {
      if (reader.tag() != group::kScope && reader.tag() != group::kOldScope) continue;
      WireReader spans = reader.nested();
      while (spans.next()) {
        if (spans.tag() == scope::kSpan && !read_span(spans.nested())) {
          return false;
        }
      }
      if (!spans.ok()) return false;
    }
    return true;
  }

  WireProblem problem;

 private:
  /// What read_span() collects before it knows whether the span can be used.
  struct Ids {
    std::string_view trace;
    std::string_view span;
    std::string_view parent;
  };
  /// An attribute whose value is in made_, which moves while it grows.
  struct Made {
    size_t attribute = 0;
    size_t begin = 0;
    size_t end = 0;
  };

  bool read_resource(WireReader reader) {
    while (reader.next()) {
      if (reader.tag() != resource::kAttribute) continue;
      clear_attributes();
      if (!read_attribute(reader.nested())) return false;
      if (service_found_ || attributes_.front().key != "service.name") continue;
      finish_attributes();
      service_found_ = true;
      service_ = attributes_.front().value;
    }
    return reader.ok();
  }

  bool read_span(WireReader reader) {
    Ids ids;
    SpanView span;
    uint64_t end = 0;
    clear_attributes();
    links_.clear();
    while (reader.next()) {
      switch (reader.tag()) {
        case field::kTraceId:
          ids.trace = reader.bytes();
          break;
        case field::kSpanId:
          ids.span = reader.bytes();
          break;
        case field::kParent:
          ids.parent = reader.bytes();
          break;
        case field::kName:
          span.operation = reader.bytes();
          if (!is_utf8(span.operation)) return reader.fail("a name that is not UTF-8");
          break;
        case field::kKind:
          span.kind = kind_of(reader.number());
          break;
        case field::kStart:
          span.start_ns = time_of(reader.number());
          break;
        case field::kEnd:
          end = reader.number();
          break;
        case field::kAttribute:
          if (!read_attribute(reader.nested())) return false;
          break;
        case field::kLink:
          if (!read_link(reader.nested())) return false;
          break;
        case field::kStatus:
          if (!read_status(reader.nested(), span.status)) return false;
          break;
        default:
          break;
      }
    }
    if (!reader.ok()) return false;
    if (!identify(ids, span)) return true;
    finish_attributes();
    span.end_ns = std::max(span.start_ns, time_of(end));
    span.service = service_;
    for (const SpanAttribute& attribute : attributes_) {
      if (attribute.key != "peer.service") continue;
      span.peer = attribute.value;
      break;
    }
    span.attributes = attributes_;
    span.links = links_;
    sink_.add(span);
    return true;
  }

  bool read_attribute(WireReader reader) {
    SpanAttribute attribute;
    const size_t begin = made_.size();
    while (reader.next()) {
      if (reader.tag() == attribute::kKey) {
        attribute.key = reader.bytes();
        if (!is_utf8(attribute.key)) return reader.fail("a name that is not UTF-8");
      } else if (reader.tag() == attribute::kValue) {
        made_.resize(begin);
        if (!read_otlp_value(reader.nested(), attribute.value, made_))
          attribute.value = {};
      }
    }
    if (!reader.ok()) return false;
    if (attributes_.size() == kMostAttributes) {
      made_.resize(begin);
      return true;
    }
    if (made_.size() > begin)
      made_values_.push_back({attributes_.size(), begin, made_.size()});
    attributes_.push_back(attribute);
    return true;
  }

  bool read_link(WireReader reader) {
    SpanLink link;
    bool valid_trace = false;
    bool valid_span = false;
    while (reader.next()) {
      if (reader.tag() == link::kTraceId)
        valid_trace = read_id(reader.bytes(), link.trace);
      if (reader.tag() == link::kSpanId) valid_span = read_id(reader.bytes(), link.span);
    }
    if (valid_trace && valid_span && links_.size() < kMostLinks) links_.push_back(link);
    return reader.ok();
  }

  static bool read_status(WireReader reader, SpanStatus& status) {
    while (reader.next()) {
      if (reader.tag() == status::kCode) status = status_of(reader.number());
    }
    return reader.ok();
  }

  /// False: the span has no valid identity and was rejected.
  bool identify(const Ids& ids, SpanView& span) {
    if (!read_id(ids.trace, span.trace)) {
      return reject(span, "trace_id", ids.trace, kTraceIdBytes);
    }
    if (!read_id(ids.span, span.id))
      return reject(span, "span_id", ids.span, kSpanIdBytes);
    // A parent of zeros is how some exporters write "none".
    if (!ids.parent.empty() && !read_id(ids.parent, span.parent) &&
        ids.parent.size() != kSpanIdBytes) {
      return reject(span, "parent_span_id", ids.parent, kSpanIdBytes);
    }
    return true;
  }

  bool reject(const SpanView& span, std::string_view name, std::string_view bytes,
              size_t expected) {
    constexpr size_t kShown = 1024;
    const bool zero = !bytes.empty() && bytes.find_first_not_of('\0') == bytes.npos;
    // Only the first reason is kept, and millions of spans may be wrong.
    if (reason_.empty()) {
      reason_ =
          fmt::format("span \"{}\": {} has {} bytes{}, expected {} that are not all zero",
                      span.operation.substr(0, kShown), name, bytes.size(),
                      zero ? ", all zero" : "", expected);
    }
    sink_.reject(reason_);
    return false;
  }

  void clear_attributes() {
    attributes_.clear();
    made_.clear();
    made_values_.clear();
  }
  void finish_attributes() {
    for (const Made& made : made_values_) {
      attributes_[made.attribute].value =
          std::string_view(made_).substr(made.begin, made.end - made.begin);
    }
  }

  SpanSink& sink_;
  std::vector<SpanAttribute> attributes_;
  std::vector<SpanLink> links_;
  std::string made_;
  std::vector<Made> made_values_;
  std::string service_;
  bool service_found_ = false;
  std::string reason_;
};

Status outcome(const WireProblem& problem, const char* begin, uint64_t offset) {
  if (problem.at == nullptr) return {};
  return Error::bad_input(
      fmt::format("byte {}: {}; expected an OTLP message of opentelemetry-proto 1",
                  offset + static_cast<uint64_t>(problem.at - begin), problem.what));
}

}  // namespace

Status spans_from_otlp(std::string_view message, SpanSink& sink, uint64_t offset) {
  Conversion conversion(sink);
  conversion.read_message(WireReader(message, conversion.problem));
  return outcome(conversion.problem, message.data(), offset);
}

Status spans_from_otlp_group(std::string_view resource_spans, SpanSink& sink,
                             uint64_t offset) {
  Conversion conversion(sink);
  conversion.read_group(WireReader(resource_spans, conversion.problem));
  return outcome(conversion.problem, resource_spans.data(), offset);
}

}  // namespace cutset::lineage
