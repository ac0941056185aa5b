#include "lineage/trace_executions.h"

#include <algorithm>
#include <utility>

#include "lineage/trace_tree.h"

namespace cutset::lineage {

Result<TraceTotals> for_each_execution(
    SpanCollection& spans, const ExecutionOptions& given,
    const std::function<Status(Execution, int64_t)>& visit,
    const std::vector<TraceId>& cut_off) {
  ExecutionOptions options = given;
  // What the user said stays.
  options.addresses.merge(spans.addresses());
  TraceTotals totals;
  RawCounter raw;
  CUTSET_TRY(spans.for_each_trace([&](const SpanTable& table,
                                      std::span<const uint32_t> trace) -> Status {
    raw.add(table, trace);
    const int64_t before = totals.model.traces;
    const TraceTree tree = link_spans(table, trace);
    Execution execution = execution_of(table, tree, options, totals.model);
    if (std::binary_search(cut_off.begin(), cut_off.end(), tree.trace)) {
      totals.model.incomplete += execution.problems.empty() ? 1 : 0;
      execution.problems.emplace_back("a file with its spans was not read to its end");
    }
    return visit(std::move(execution), before);
  }));
  totals.raw = raw.counts();
  return totals;
}

}  // namespace cutset::lineage
