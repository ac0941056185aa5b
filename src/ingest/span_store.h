// Spans that have arrived, by trace, until somebody takes them. Exporters send again what
// was not acknowledged, so adding is idempotent; they also send what nobody waits for, so
// the store is bounded.
//
// Invariants:
// 1. One span for each (trace id, span id, kind, service): the first that came stays.
// 2. At most `most_spans` spans and about `most_bytes` bytes; whole traces go first, the
//    oldest first, and are counted.
//
// Cost of adding a span: one copy of its bytes, one hash look-up.
//
// Thread rule: safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "ingest/span_batch.h"
#include "ingest/trace_spans.h"
#include "lineage/span_table.h"

namespace cutset::ingest {

struct SpanCounts {
  int64_t kept = 0;        // in the store now
  int64_t received = 0;    // since the start, without the following three
  int64_t rejected = 0;    // no valid identity
  int64_t duplicates = 0;  // had come before
  int64_t dropped = 0;     // no room
};

class SpanStore {
 public:
  struct Limits {
    size_t most_spans = 1'000'000;
    size_t most_bytes = size_t{512} << 20;
  };
  using Spans = lineage::SpanTable;
  using Traces = std::set<lineage::TraceId>;

  SpanStore() = default;
  explicit SpanStore(Limits limits) : limits_(limits) {}

  void add(const SpanBatch& batch);

  /// The spans of these traces, in order of arrival within a trace; they stay.
  Spans copy(const Traces& traces) const;
  /// The spans of a trace, which leave the store.
  Spans take(const lineage::TraceId& trace);
  /// Everything but these traces leaves the store.
  void keep_only(const Traces& traces);

  /// Waits until `enough` says yes to the spans of these traces, which is asked at once
  /// and whenever spans of them came, or until `deadline`, or `stopped` (asked ten times
  /// a second) says yes. Returns the spans then.
  Spans wait_until(const Traces& traces, const std::function<bool(const Spans&)>& enough,
                   std::chrono::steady_clock::time_point deadline,
                   const std::function<bool()>& stopped) const;

  SpanCounts counts() const;

 private:
  struct Hash {
    size_t operator()(const lineage::TraceId& trace) const {
      return keyed_hash(trace.high, trace.low);
    }
  };
  struct Trace {
    TraceSpans spans;
    uint64_t changes = 0;
  };

  void add_locked(const PackedSpan& span, Trace*& trace);
  void drop_trace(const lineage::TraceId& trace);
  /// Makes room by dropping traces older than `keep`. Returns whether there is room now.
  bool make_room(size_t bytes, const lineage::TraceId& keep);
  Spans copy_locked(const Traces& traces) const;
  uint64_t changes_locked(const Traces& traces) const;

  const Limits limits_{};
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  // Never iterated: order_ and the callers' sets say in which order.
  std::unordered_map<lineage::TraceId, Trace, Hash> traces_;
  std::deque<lineage::TraceId> order_;  // of first arrival
  size_t bytes_ = 0;
  uint64_t changes_ = 0;
  SpanCounts counts_;
};

}  // namespace cutset::ingest
