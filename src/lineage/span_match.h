// Spans and proxy records of one call are one event: the proxies decide what was called,
// the spans show what did not pass through them (a database, a third party): part of the
// lineage, not a fault candidate.
//
// Thread rule: values; pure function.
#pragma once

#include <vector>

#include "lineage/execution.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

struct SpanMatch {
  std::vector<bool> seen;                // for each call: do spans show it too?
  std::vector<UnproxiedCall> unproxied;  // sorted, without repeats

  /// Calls whose client span is known from their headers and that spans do not show
  /// (yet).
  size_t missing = 0;
};

/// Uses the spans of the execution's own traces; others are passed over. A call is shown
/// by its caller's client span or by a server span below that.
SpanMatch match_spans(const Execution& execution, const SpanTable& spans);

}  // namespace cutset::lineage
