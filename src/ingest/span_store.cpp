#include "ingest/span_store.h"

#include <algorithm>
#include <utility>

namespace cutset::ingest {

void SpanStore::drop_trace(const lineage::TraceId& trace) {
  const auto found = traces_.find(trace);
  if (found == traces_.end()) return;
  bytes_ -= found->second.spans.bytes();
  counts_.kept -= static_cast<int64_t>(found->second.spans.size());
  traces_.erase(found);
}

bool SpanStore::make_room(size_t bytes, const lineage::TraceId& keep) {
  const auto full = [this, bytes]() {
    return static_cast<size_t>(counts_.kept) + 1 > limits_.most_spans ||
           bytes_ + bytes > limits_.most_bytes;
  };
  while (full() && !order_.empty() && order_.front() != keep) {
    const auto oldest = traces_.find(order_.front());
    if (oldest != traces_.end())
      counts_.dropped += static_cast<int64_t>(oldest->second.spans.size());
    drop_trace(order_.front());
    order_.pop_front();
  }
  return !full();
}

/// `trace`: where the span before it went, or nullptr; spans of a trace come together.
void SpanStore::add_locked(const PackedSpan& span, Trace*& trace) {
  if (trace != nullptr && trace->spans.contains(span)) {
    ++counts_.duplicates;
    return;
  }
  const lineage::TraceId id = span.trace();
  static const TraceSpans kNone;
  const size_t before = trace == nullptr ? 0 : trace->spans.bytes();
  const size_t bytes = trace == nullptr
                           ? TraceSpans::kEmptyBytes + kNone.growth(span.size())
                           : trace->spans.growth(span.size());
  if (!make_room(bytes, id)) {
    ++counts_.dropped;
    return;
  }
  if (trace == nullptr) {
    order_.push_back(id);
    trace = &traces_.try_emplace(id).first->second;
  }
  trace->spans.add(span);
  trace->changes = ++changes_;
  bytes_ += trace->spans.bytes() - before;
  ++counts_.kept;
  ++counts_.received;
}

void SpanStore::add(const SpanBatch& batch) {
  {
    const std::lock_guard lock(mutex_);
    counts_.rejected += batch.rejected();
    lineage::TraceId last;
    Trace* trace = nullptr;
    batch.for_each([&](const PackedSpan& span) {
      if (trace == nullptr || span.trace() != last) {
        last = span.trace();
        const auto found = traces_.find(last);
        trace = found == traces_.end() ? nullptr : &found->second;
      }
      add_locked(span, trace);
    });
  }
  arrived_.notify_all();
}

SpanStore::Spans SpanStore::copy_locked(const Traces& traces) const {
  Spans spans;
  for (const lineage::TraceId& trace : traces) {
    const auto found = traces_.find(trace);
    if (found != traces_.end()) found->second.spans.unpack(spans);
  }
  return spans;
}

uint64_t SpanStore::changes_locked(const Traces& traces) const {
  uint64_t latest = 0;
  for (const lineage::TraceId& trace : traces) {
    const auto found = traces_.find(trace);
    if (found != traces_.end()) latest = std::max(latest, found->second.changes);
  }
  return latest;
}

SpanStore::Spans SpanStore::copy(const Traces& traces) const {
  const std::lock_guard lock(mutex_);
  return copy_locked(traces);
}

SpanStore::Spans SpanStore::take(const lineage::TraceId& trace) {
  const std::lock_guard lock(mutex_);
  Spans spans = copy_locked({trace});
  drop_trace(trace);
  order_.erase(std::remove(order_.begin(), order_.end(), trace), order_.end());
  return spans;
}

void SpanStore::keep_only(const Traces& traces) {
  const std::lock_guard lock(mutex_);
  std::deque<lineage::TraceId> kept;
  for (const lineage::TraceId& trace : order_) {
    if (traces.count(trace) > 0) {
      kept.push_back(trace);
    } else {
      drop_trace(trace);
    }
  }
  order_ = std::move(kept);
}

SpanStore::Spans SpanStore::wait_until(const Traces& traces,
                                       const std::function<bool(const Spans&)>& enough,
                                       std::chrono::steady_clock::time_point deadline,
                                       const std::function<bool()>& stopped) const {
  constexpr std::chrono::milliseconds kAskAgain{100};
  std::unique_lock lock(mutex_);
  while (true) {
    const uint64_t seen = changes_locked(traces);
    Spans spans = copy_locked(traces);
    // The questions are foreign code: asked without the lock, exporters go on meanwhile.
    lock.unlock();
    if (enough(spans)) return spans;
    lock.lock();
    while (changes_locked(traces) == seen) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) return spans;
      arrived_.wait_until(lock, std::min(deadline, now + kAskAgain));
      if (changes_locked(traces) != seen) break;
      lock.unlock();
      const bool stop = stopped();
      lock.lock();
      if (stop) return spans;
    }
  }
}

SpanCounts SpanStore::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace cutset::ingest
