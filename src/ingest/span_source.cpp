#include "ingest/span_source.h"

#include <algorithm>
#include <utility>

#include "lineage/span_match.h"

namespace cutset::ingest {

namespace {

constexpr std::chrono::milliseconds kGrace{50};

}  // namespace

Result<std::unique_ptr<OtlpSpanSource>> OtlpSpanSource::start(
    const OtlpReceiver::Options& options) {
  CUTSET_ASSIGN(std::unique_ptr<OtlpReceiver> receiver, OtlpReceiver::start(options));
  return std::unique_ptr<OtlpSpanSource>(new OtlpSpanSource(std::move(receiver)));
}

void OtlpSpanSource::expect(const std::string& trace_id) {
  lineage::TraceId trace;
  SpanStore::Traces traces;
  if (lineage::parse_hex_id(trace_id, trace)) traces.insert(trace);
  receiver_->store().keep_only(traces);
}

std::vector<lineage::UnproxiedCall> OtlpSpanSource::collect(
    const lineage::Execution& execution, std::chrono::milliseconds patience,
    const std::function<bool()>& stopped) {
  SpanStore::Traces traces;
  for (const lineage::Call& call : execution.calls) {
    lineage::TraceId trace;
    if (lineage::parse_hex_id(call.trace_id, trace)) traces.insert(trace);
  }
  if (traces.empty()) return {};
  const auto complete = [&execution](const SpanStore::Spans& spans) {
    return lineage::match_spans(execution, spans).missing == 0;
  };
  const auto never = [](const SpanStore::Spans& /*spans*/) { return false; };
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const SpanStore& store = receiver_->store();
  store.wait_until(traces, complete, deadline, stopped);
  // What no proxy saw is not counted on, so it gets a moment to arrive after the rest.
  const auto grace = std::min(deadline, std::chrono::steady_clock::now() + kGrace);
  const SpanStore::Spans spans = store.wait_until(traces, never, grace, stopped);
  return lineage::match_spans(execution, spans).unproxied;
}

}  // namespace cutset::ingest
