// From the spans of one trace to an execution: calls with identities, and nothing of the
// frameworks between them (traces.md section 1, calls.md 1 and 4).
//
// Rules:
// - A call is a client half (in the caller), a server half (in the callee), or both; a
//   span of another service than its parent's is a callee's half whatever its kind says.
// - Callee: service of the server half, else the span's peer, else its address looked up
//   in ExecutionOptions::addresses, else the address itself.
// - Spans between the halves of two calls inside one service are collapsed.
// - Siblings are ordered by their start inside their service; no time is compared across
//   services.
// - A retry has the parent, callee, signature and key of a failed sibling before it that
//   was over when it began.
// - Producer and consumer kinds, FOLLOWS_FROM, and calls that end a millisecond or more
//   after the callee's half that made them, are not awaited. Links are counted, not
//   joined.
//
// Thread rule: values; pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lineage/execution.h"
#include "lineage/span_table.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {

struct ExecutionOptions {
  std::map<std::string, std::string> addresses;  // "host:port" or "host" -> service
  /// Attributes that tell equal siblings apart, tried in this order before those that are
  /// found automatically.
  std::vector<std::string> key_attributes;
};

/// What became of the spans, for the `model` part of an analysis.
struct ModelCounts {
  int64_t traces = 0;
  int64_t incomplete = 0;  // traces
  int64_t calls = 0;
  int64_t joined = 0;       // calls with both halves
  int64_t client_only = 0;  // calls with a client half only
  int64_t server_only = 0;  // calls with a server half only
  int64_t collapsed = 0;    // spans that are no half of a call
  int64_t repeats = 0;      // spans that came again
  int64_t clashes = 0;      // spans with the id of one that looks otherwise
  int64_t errors = 0;       // failed calls
  int64_t absorbed = 0;     // failed calls whose caller did not fail
  int64_t retries = 0;      // calls with Call::repeats
  int64_t not_awaited = 0;  // calls
  int64_t links = 0;

  ModelCounts& operator+=(const ModelCounts& other);
  friend bool operator==(const ModelCounts&, const ModelCounts&) = default;
};

/// `counts` grows by this trace. Execution::run is the trace id. Deeper than
/// kDeepestCall calls is cut there and named in Execution::problems.
Execution execution_of(const SpanTable& table, const TraceTree& tree,
                       const ExecutionOptions& options, ModelCounts& counts);

constexpr size_t kDeepestCall = 256;

}  // namespace cutset::lineage
