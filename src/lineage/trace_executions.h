// All collected spans as executions, one trace at a time.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "lineage/execution.h"
#include "lineage/raw_counts.h"
#include "lineage/span_collection.h"
#include "lineage/trace_execution.h"

namespace cutset::lineage {

struct TraceTotals {
  RawCounts raw;
  ModelCounts model;
};

/// Gives every trace to `visit`, in the order of SpanCollection::for_each_trace(), with
/// how many there are before it. Addresses that `options` does not have are those that
/// the spans themselves show. Stops at the first error, of the disk or of `visit`.
/// `cut_off`, ascending: traces of which spans may be missing (TraceFile::cut_off).
Result<TraceTotals> for_each_execution(
    SpanCollection& spans, const ExecutionOptions& options,
    const std::function<Status(Execution execution, int64_t before)>& visit,
    const std::vector<TraceId>& cut_off = {});

}  // namespace cutset::lineage
