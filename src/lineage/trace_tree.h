// The spans of one trace as a tree: repeats dropped, parents found, nothing inferred from
// time.
//
// Rules (traces.md section 2):
// - A span is known by (id, kind, service, shared); a record without a kind is a part of
//   the one that has it. One that comes again with the same content is dropped; with
//   other content they are united and that is counted: the one with most attributes
//   stands for them, an error or a parent that any of them has counts.
// - Zipkin's shared spans: the server half of a call has its client's id; its parent is
//   the client half. A server (consumer) with the id of a client (producer) is one too,
//   whether or not it says so. A child looks first for a shared parent of its own
//   service, then for the plain id.
// - A span that is its own parent has none; of a cycle of parents the edge into its
//   smallest id is cut.
// - A span without a parent that links to a span of the same trace hangs under that one
//   (a message, a batch): a cause, but nobody waits for it.
// - A parent that is not there makes the span a root and the trace incomplete.
//
// Invariants: spans stand in an order that depends on their content only, parents before
// children; a child's parent index is smaller than its own.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lineage/span_table.h"

namespace cutset::lineage {

struct TreeSpan {
  uint32_t span = 0;     // index into the table
  int parent = -1;       // index into TraceTree::spans; -1: a root
  bool orphan = false;   // a root whose parent is not in the input
  bool by_link = false;  // it has no parent; `parent` is a span that it links to
  SpanStatus status = SpanStatus::kUnset;  // united over repeats
};

struct TraceTree {
  TraceId trace;
  std::vector<TreeSpan> spans;
  int64_t repeats = 0;  // dropped: the same content again
  int64_t united = 0;   // the same span with other content
  int64_t clashes = 0;  // of united: another name or start, so hardly the same span
  int64_t orphans = 0;
  int64_t cycles = 0;  // edges cut

  bool complete() const { return orphans == 0 && cycles == 0; }
};

/// `spans`: the indices of one trace, in any order. Cost: n log n.
TraceTree link_spans(const SpanTable& table, std::span<const uint32_t> spans);

void check_invariants(const TraceTree& tree, const SpanTable& table);

}  // namespace cutset::lineage
