#include "ingest/span_store.h"

#include <algorithm>
#include <utility>

namespace cutset::ingest {

namespace {

/// What a span costs in memory, roughly: itself, its texts, its key.
size_t cost_of(const lineage::SpanRecord& span) {
  constexpr size_t kKey = 160;
  return sizeof(span) + kKey + span.trace_id.size() + 2 * span.span_id.size() +
         span.parent_span_id.size() + 2 * span.service.size() + span.name.size() +
         span.http_method.size() + span.http_route.size() + span.server_address.size() +
         span.peer_service.size();
}

}  // namespace

void SpanStore::drop_trace(const std::string& trace_id) {
  const auto found = traces_.find(trace_id);
  if (found == traces_.end()) return;
  bytes_ -= found->second.bytes;
  counts_.kept -= static_cast<int64_t>(found->second.spans.size());
  traces_.erase(found);
}

bool SpanStore::make_room(size_t bytes, const std::string& keep) {
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

void SpanStore::add(Spans spans) {
  {
    const std::lock_guard lock(mutex_);
    for (lineage::SpanRecord& span : spans) {
      const size_t bytes = cost_of(span);
      auto place = traces_.find(span.trace_id);
      Key key{span.span_id, span.kind, span.service};
      if (place != traces_.end() && place->second.keys.count(key) > 0) {
        ++counts_.duplicates;
        continue;
      }
      if (!make_room(bytes, span.trace_id)) {
        ++counts_.dropped;
        continue;
      }
      if (place == traces_.end()) {
        order_.push_back(span.trace_id);
        place = traces_.try_emplace(span.trace_id).first;
      }
      Trace& trace = place->second;
      trace.keys.insert(std::move(key));
      trace.bytes += bytes;
      trace.changes = ++changes_;
      trace.spans.push_back(std::move(span));
      bytes_ += bytes;
      ++counts_.kept;
      ++counts_.received;
    }
  }
  arrived_.notify_all();
}

void SpanStore::count_rejected(int64_t spans) {
  const std::lock_guard lock(mutex_);
  counts_.rejected += spans;
}

SpanStore::Spans SpanStore::copy_locked(const std::set<std::string>& traces) const {
  Spans spans;
  for (const std::string& trace : traces) {
    const auto found = traces_.find(trace);
    if (found == traces_.end()) continue;
    spans.insert(spans.end(), found->second.spans.begin(), found->second.spans.end());
  }
  return spans;
}

uint64_t SpanStore::changes_locked(const std::set<std::string>& traces) const {
  uint64_t latest = 0;
  for (const std::string& trace : traces) {
    const auto found = traces_.find(trace);
    if (found != traces_.end()) latest = std::max(latest, found->second.changes);
  }
  return latest;
}

SpanStore::Spans SpanStore::copy(const std::set<std::string>& traces) const {
  const std::lock_guard lock(mutex_);
  return copy_locked(traces);
}

SpanStore::Spans SpanStore::take(const std::string& trace_id) {
  const std::lock_guard lock(mutex_);
  const auto found = traces_.find(trace_id);
  if (found == traces_.end()) return {};
  Spans spans = found->second.spans;
  drop_trace(trace_id);
  order_.erase(std::remove(order_.begin(), order_.end(), trace_id), order_.end());
  return spans;
}

void SpanStore::keep_only(const std::set<std::string>& traces) {
  const std::lock_guard lock(mutex_);
  std::deque<std::string> kept;
  for (const std::string& trace : order_) {
    if (traces.count(trace) > 0) {
      kept.push_back(trace);
    } else {
      drop_trace(trace);
    }
  }
  order_ = std::move(kept);
}

SpanStore::Spans SpanStore::wait_until(const std::set<std::string>& traces,
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
