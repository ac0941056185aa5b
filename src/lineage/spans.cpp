#include "lineage/spans.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include <fmt/format.h>

namespace cutset::lineage {

namespace {

namespace common = opentelemetry::proto::common::v1;
namespace trace = opentelemetry::proto::trace::v1;

constexpr size_t kTraceIdBytes = 16;
constexpr size_t kSpanIdBytes = 8;
constexpr size_t kLongestText = 1024;

std::string cut(const std::string& text) {
  return text.substr(0, kLongestText);
}

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 0xFU];
  }
  return text;
}

bool is_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

int64_t time_of(uint64_t nanoseconds) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return static_cast<int64_t>(std::min(nanoseconds, kMost));
}

std::string text_of(const common::AnyValue& value) {
  switch (value.value_case()) {
    case common::AnyValue::kStringValue:
      return cut(value.string_value());
    case common::AnyValue::kIntValue:
      return std::to_string(value.int_value());
    default:
      return "";
  }
}

/// Some exporters send numbers as text.
int number_of(const common::AnyValue& value, int most) {
  const std::string text = text_of(value);
  int number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = error == std::errc() && end == text.data() + text.size();
  return fits && number > 0 && number <= most ? number : 0;
}

/// Both the stable names and those before semantic conventions 1.23.
void read_attribute(const common::KeyValue& attribute, SpanRecord& span) {
  constexpr int kHighestStatus = 999;
  constexpr int kHighestPort = 65535;
  const std::string& key = attribute.key();
  const common::AnyValue& value = attribute.value();
  if (key == "http.request.method" || key == "http.method") {
    span.http_method = text_of(value);
  } else if (key == "http.route") {
    span.http_route = text_of(value);
  } else if (key == "http.response.status_code" || key == "http.status_code") {
    span.http_status = number_of(value, kHighestStatus);
  } else if (key == "server.address" || key == "net.peer.name") {
    span.server_address = text_of(value);
  } else if (key == "server.port" || key == "net.peer.port") {
    span.server_port = number_of(value, kHighestPort);
  } else if (key == "peer.service") {
    span.peer_service = text_of(value);
  }
}

SpanKind kind_of(trace::Span::SpanKind kind) {
  switch (kind) {
    case trace::Span::SPAN_KIND_SERVER:
      return SpanKind::kServer;
    case trace::Span::SPAN_KIND_CLIENT:
      return SpanKind::kClient;
    case trace::Span::SPAN_KIND_PRODUCER:
      return SpanKind::kProducer;
    case trace::Span::SPAN_KIND_CONSUMER:
      return SpanKind::kConsumer;
    default:
      return SpanKind::kInternal;
  }
}

/// Why the span has no valid identity; none: it has one.
std::optional<std::string> problem_of(const trace::Span& span) {
  const auto problem = [&span](const char* field, const std::string& bytes,
                               size_t expected) {
    return fmt::format(
        "span \"{}\": {} has {} bytes{}, expected {} that are not all zero",
        cut(span.name()), field, bytes.size(),
        !bytes.empty() && is_zero(bytes) ? ", all zero" : "", expected);
  };
  if (span.trace_id().size() != kTraceIdBytes || is_zero(span.trace_id())) {
    return problem("trace_id", span.trace_id(), kTraceIdBytes);
  }
  if (span.span_id().size() != kSpanIdBytes || is_zero(span.span_id())) {
    return problem("span_id", span.span_id(), kSpanIdBytes);
  }
  const std::string& parent = span.parent_span_id();
  if (!parent.empty() && parent.size() != kSpanIdBytes) {
    return problem("parent_span_id", parent, kSpanIdBytes);
  }
  return std::nullopt;
}

SpanRecord record_of(const trace::Span& span, const std::string& service) {
  SpanRecord record;
  record.trace_id = hex(span.trace_id());
  record.span_id = hex(span.span_id());
  // A parent of zeros is how some exporters write "none".
  if (!is_zero(span.parent_span_id())) record.parent_span_id = hex(span.parent_span_id());
  record.service = service;
  record.name = cut(span.name());
  record.kind = kind_of(span.kind());
  record.start_ns = time_of(span.start_time_unix_nano());
  record.end_ns = time_of(span.end_time_unix_nano());
  record.error = span.status().code() == trace::Status::STATUS_CODE_ERROR;
  for (const common::KeyValue& attribute : span.attributes())
    read_attribute(attribute, record);
  return record;
}

std::string service_of(const trace::ResourceSpans& group) {
  for (const common::KeyValue& attribute : group.resource().attributes()) {
    if (attribute.key() == "service.name") return text_of(attribute.value());
  }
  return "";
}

}  // namespace

OtlpSpans spans_from_otlp(
    const opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest&
        request) {
  OtlpSpans result;
  for (const trace::ResourceSpans& group : request.resource_spans()) {
    const std::string service = service_of(group);
    for (const trace::ScopeSpans& scope : group.scope_spans()) {
      for (const trace::Span& span : scope.spans()) {
        if (std::optional<std::string> problem = problem_of(span)) {
          if (result.rejected++ == 0) result.first_reason = std::move(*problem);
          continue;
        }
        result.spans.push_back(record_of(span, service));
      }
    }
  }
  return result;
}

}  // namespace cutset::lineage
