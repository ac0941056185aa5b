// Any bytes, given to one reader of trace files, end in spans that keep their invariants
// or in an error with its file; the spans are linked, and every tree keeps its own.
//
// One program for each reader: fuzz_reader_NAME, where NAME is a function of readers.h
// without "_reader"; fuzz_reader_any asks recognise_trace(). Seeds are files in that
// format:
//   fuzz_reader_jaeger_json -max_total_time=60 -max_len=65536 NEW_CORPUS traces/bookshop
// Folders with packed files are of use to fuzz_reader_any only.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "lineage/formats/readers.h"
#include "lineage/raw_counts.h"
#include "lineage/span_collection.h"
#include "lineage/trace_execution.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {
namespace {

#ifdef CUTSET_FUZZED_READER
Result<const TraceReader*> reader_for(TraceInput& input) {
  const TraceReader& reader = CUTSET_FUZZED_READER();
  const auto head = input.peek(kHeadBytes);
  if (!head.ok()) return head.error();
  (void)reader.recognises(*head);  // has to end, whatever it says
  return &reader;
}
#else
Result<const TraceReader*> reader_for(TraceInput& input) {
  return recognise_trace(input);
}
#endif

class CheckedSink : public SpanSink {
 public:
  explicit CheckedSink(SpanSink& sink) : sink_(sink) {}
  void add(const SpanView& span) override {
    CHECK(!span.trace.is_zero() && span.id != 0);
    CHECK(span.start_ns >= 0 && span.end_ns >= span.start_ns);
    for (const SpanLink& link : span.links) CHECK(link.span != 0);
    sink_.add(span);
  }
  void reject(std::string_view reason) override {
    CHECK(!reason.empty());
    sink_.reject(reason);
  }

 private:
  SpanSink& sink_;
};

void read(std::string bytes) {
  TraceInput::Limits limits;
  limits.most_bytes = limits.ratio_after = size_t{1} << 20;
  const auto input = TraceInput::from_bytes("input", std::move(bytes), limits);
  if (!input.ok()) return;
  const auto reader = reader_for(**input);
  if (!reader.ok()) {
    CHECK(!reader.error().message.empty());
    return;
  }
  SpanCollection spans;
  CheckedSink sink(spans);
  const Status status = (*reader)->read(**input, sink);
  if (!status.ok()) CHECK(status.error().text().substr(0, 5) == "input");
  CHECK((spans.rejected() == 0) == spans.first_reason().empty());
  CHECK(spans.first_reason().find('\n') == std::string::npos);
  RawCounter raw;
  uint64_t linked = 0;
  const Status visited = spans.for_each_trace(
      [&raw, &linked](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        const TraceTree tree = link_spans(table, trace);
        check_invariants(tree, table);
        ModelCounts counts;
        check_invariants(execution_of(table, tree, {}, counts));
        linked += tree.spans.size();
        raw.add(table, trace);
        return {};
      });
  CHECK(visited.ok());
  CHECK(linked <= spans.spans());
}

}  // namespace
}  // namespace cutset::lineage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cutset::lineage::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
