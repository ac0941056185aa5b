// Spans that have arrived, by trace, until somebody takes them. Exporters send again what
// was not acknowledged, so adding is idempotent; they also send what nobody waits for, so
// the store is bounded.
//
// Invariants:
// 1. One span for each (trace id, span id, kind, service): the first that came stays.
// 2. At most `most_spans` spans and about `most_bytes` bytes; whole traces go first, the
// oldest first,
//    and are counted.
//
// Thread rule: safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lineage/spans.h"

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
  using Spans = std::vector<lineage::SpanRecord>;

  SpanStore() = default;
  explicit SpanStore(Limits limits) : limits_(limits) {}

  void add(Spans spans);
  void count_rejected(int64_t spans);

  /// The spans of these traces, in order of arrival within a trace; they stay.
  Spans copy(const std::set<std::string>& traces) const;
  /// The spans of a trace, which leave the store.
  Spans take(const std::string& trace_id);
  /// Everything but these traces leaves the store.
  void keep_only(const std::set<std::string>& traces);

  /// Waits until `enough` says yes to the spans of these traces, which is asked at once
  /// and whenever spans of them came, or until `deadline`, or `stopped` (asked ten times
  /// a second) says yes. Returns the spans then.
  Spans wait_until(const std::set<std::string>& traces,
                   const std::function<bool(const Spans&)>& enough,
                   std::chrono::steady_clock::time_point deadline,
                   const std::function<bool()>& stopped) const;

  SpanCounts counts() const;

 private:
  using Key =
      std::tuple<std::string, lineage::SpanKind, std::string>;  // span id, kind, service
  struct Trace {
    Spans spans;
    std::set<Key> keys;
    size_t bytes = 0;
    uint64_t changes = 0;
  };

  void drop_trace(const std::string& trace_id);
  /// Makes room by dropping traces older than `keep`. Returns whether there is room now.
  bool make_room(size_t bytes, const std::string& keep);
  Spans copy_locked(const std::set<std::string>& traces) const;
  uint64_t changes_locked(const std::set<std::string>& traces) const;

  const Limits limits_{};
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::map<std::string, Trace> traces_;
  std::deque<std::string> order_;  // of first arrival; may name traces that have left
  size_t bytes_ = 0;
  uint64_t changes_ = 0;
  SpanCounts counts_;
};

}  // namespace cutset::ingest
