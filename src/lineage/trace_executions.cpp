#include "lineage/trace_executions.h"

#include "lineage/trace_tree.h"

namespace cutset::lineage {

Result<TraceTotals> for_each_execution(
    SpanCollection& spans, const ExecutionOptions& given,
    const std::function<Status(Execution, int64_t)>& visit) {
  ExecutionOptions options = given;
  // What the user said stays.
  options.addresses.merge(spans.addresses());
  TraceTotals totals;
  RawCounter raw;
  CUTSET_TRY(spans.for_each_trace(
      [&](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        raw.add(table, trace);
        const int64_t before = totals.model.traces;
        return visit(execution_of(table, link_spans(table, trace), options, totals.model),
                     before);
      }));
  totals.raw = raw.counts();
  return totals;
}

}  // namespace cutset::lineage
