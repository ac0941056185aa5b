// Any bytes that parse as an OTLP request become span records that keep their invariants,
// and matching them against an execution that uses their own identities ends.
#include <cstddef>
#include <cstdint>

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"

#include "base/check.h"
#include "lineage/span_match.h"
#include "lineage/spans.h"

namespace {

bool is_hex(const std::string& text, size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos &&
         text.find_first_not_of('0') != std::string::npos;
}

cutset::lineage::Execution execution_of(
    const std::vector<cutset::lineage::SpanRecord>& spans) {
  cutset::lineage::Execution execution;
  for (size_t i = 0; i < spans.size(); i += 2) {
    cutset::lineage::Call call;
    call.trace_id = spans[i].trace_id;
    call.span_id = spans[i].span_id;
    execution.calls.push_back(call);
  }
  return execution;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  const cutset::lineage::OtlpSpans result = cutset::lineage::spans_from_otlp(request);
  CHECK(result.rejected >= 0 && (result.rejected == 0) == result.first_reason.empty());
  for (const auto& span : result.spans) {
    CHECK(is_hex(span.trace_id, 32) && is_hex(span.span_id, 16));
    CHECK(span.parent_span_id.empty() || is_hex(span.parent_span_id, 16));
    CHECK(span.name.size() <= 1024 && span.service.size() <= 1024 &&
          span.http_route.size() <= 1024);
    CHECK(span.http_status >= 0 && span.server_port >= 0 && span.server_port <= 65535);
  }
  const auto execution = execution_of(result.spans);
  const auto match = cutset::lineage::match_spans(execution, result.spans);
  CHECK(match.seen.size() == execution.calls.size() &&
        match.missing <= execution.calls.size());
  return 0;
}
