// Any bytes, as an OTLP request and as an OTLP file: spans keep their invariants, the
// store keeps each once and gives it back as it came, and matching them against an
// execution that uses their own identities ends.
//
//   fuzz_ingest -max_total_time=60 CORPUS traces/bookshop   (unpack otlp*.binpb.* first)
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/hash.h"
#include "ingest/span_store.h"
#include "lineage/formats/otlp_spans.h"
#include "lineage/formats/readers.h"
#include "lineage/span_match.h"

namespace {

using cutset::ingest::SpanBatch;
using cutset::ingest::SpanStore;
using cutset::lineage::SpanTable;

class Checked : public cutset::lineage::SpanSink {
 public:
  explicit Checked(cutset::lineage::SpanSink& sink) : sink_(sink) {}
  void add(const cutset::lineage::SpanView& span) override {
    CHECK(!span.trace.is_zero() && span.id != 0);
    CHECK(span.start_ns >= 0 && span.end_ns >= span.start_ns);
    for (const auto& link : span.links) CHECK(!link.trace.is_zero() && link.span != 0);
    traces.insert(span.trace);
    ++spans;
    sink_.add(span);
  }
  void reject(std::string_view reason) override {
    CHECK(!reason.empty());
    sink_.reject(reason);
  }

  SpanStore::Traces traces;
  size_t spans = 0;

 private:
  cutset::lineage::SpanSink& sink_;
};

cutset::lineage::Execution execution_of(const SpanTable& table) {
  cutset::lineage::Execution execution;
  for (size_t i = 0; i < table.spans().size(); i += 2) {
    cutset::lineage::Call call;
    call.trace_id = table.spans()[i].trace.text();
    call.span_id = cutset::hex16(table.spans()[i].id);
    execution.calls.push_back(call);
  }
  return execution;
}

void as_request(std::string_view bytes) {
  SpanBatch batch;
  Checked checked(batch);
  if (!cutset::lineage::spans_from_otlp(bytes, checked).ok()) return;
  CHECK((batch.rejected() == 0) == batch.first_reason().empty());
  SpanStore store;
  store.add(batch);
  store.add(batch);
  const auto counts = store.counts();
  const auto spans = static_cast<int64_t>(checked.spans);
  CHECK(counts.dropped == 0 && counts.received + counts.duplicates == 2 * spans);
  const SpanTable table = store.copy(checked.traces);
  CHECK(static_cast<int64_t>(table.spans().size()) == counts.kept);
  const auto execution = execution_of(table);
  const auto match = cutset::lineage::match_spans(execution, table);
  CHECK(match.seen.size() == execution.calls.size() &&
        match.missing <= execution.calls.size());
}

void as_file(std::string bytes) {
  using cutset::lineage::otlp_protobuf_reader;
  const auto input =
      cutset::lineage::TraceInput::from_bytes("fuzz", std::move(bytes), {});
  if (!input.ok()) return;
  const auto head = (*input)->peek(cutset::lineage::kHeadBytes);
  if (!head.ok()) return;
  (void)otlp_protobuf_reader().recognises(head->substr(0, cutset::lineage::kHeadBytes));
  SpanTable table;
  Checked checked(table);
  const cutset::Status status = otlp_protobuf_reader().read(**input, checked);
  CHECK(status.ok() || !status.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  as_request(bytes);
  as_file(bytes);
  return 0;
}
