// Spans whose only cause is a link.
#include <gtest/gtest.h>

#include "lineage/trace_execution.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {
namespace {

struct LinkedTrace {
  SpanTable table;

  void add(SpanId id, SpanId parent, SpanKind kind, std::string_view service,
           SpanId linked = 0, uint64_t linked_trace = 1) {
    const SpanLink link{{0, linked_trace}, linked};
    SpanView span;
    span.trace = {0, 1};
    span.id = id;
    span.parent = parent;
    span.kind = kind;
    span.service = service;
    span.operation = "work";
    span.start_ns = static_cast<int64_t>(id);
    span.end_ns = span.start_ns + 1;
    if (linked != 0) span.links = {&link, 1};
    table.add(span);
  }
  TraceTree tree() const {
    std::vector<uint32_t> all(table.spans().size());
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    TraceTree tree = link_spans(table, all);
    check_invariants(tree, table);
    return tree;
  }
};

TEST(LinkedSpans, HangUnderTheirCauseAndAreNotAwaited) {
  LinkedTrace trace;
  trace.add(1, 0, SpanKind::kServer, "shop");
  trace.add(2, 1, SpanKind::kClient, "shop");
  trace.add(3, 2, SpanKind::kServer, "stock");
  trace.add(4, 0, SpanKind::kConsumer, "mail", 1);
  const TraceTree tree = trace.tree();
  EXPECT_TRUE(tree.complete());
  ModelCounts counts;
  const Execution execution = execution_of(trace.table, tree, {}, counts);
  ASSERT_EQ(execution.calls.size(), 3u);
  EXPECT_EQ(execution.calls[2].id.text(), "shop:work#1 > mail:work#1");
  EXPECT_FALSE(execution.calls[2].awaited);
  EXPECT_TRUE(execution.calls[1].awaited);
}

TEST(LinkedSpans, OfAnotherTraceStayRoots) {
  LinkedTrace trace;
  trace.add(1, 0, SpanKind::kServer, "shop");
  trace.add(4, 0, SpanKind::kConsumer, "mail", 1, 2);
  EXPECT_EQ(trace.tree().spans[1].parent, -1);
}

TEST(LinkedSpans, ToWhatTheyCausedAreNoCycle) {
  LinkedTrace trace;
  trace.add(1, 0, SpanKind::kServer, "shop", 2);
  trace.add(2, 1, SpanKind::kServer, "stock");
  const TraceTree tree = trace.tree();
  EXPECT_TRUE(tree.complete());
  EXPECT_EQ(tree.spans[0].parent, -1);
  EXPECT_EQ(tree.spans[1].parent, 0);
}

}  // namespace
}  // namespace cutset::lineage
