#include "lineage/raw_counts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <tuple>
#include <vector>

namespace cutset::lineage {

namespace {

/// The records of one trace, with what their counts need.
class Records {
 public:
  Records(const SpanTable& table, std::span<const uint32_t> spans) : table_(table) {
    constexpr std::array<std::string_view, 2> kNames{"http.status_code",
                                                     "http.response.status_code"};
    for (size_t at = 0; at < kNames.size(); ++at)
      http_status_[at] = table.names().find(kNames[at]);
    for (const uint32_t span : spans) {
      if (!table.spans()[span].twin) records_.push_back({table.spans()[span].id, span});
    }
    // Indices are in order of arrival: of equal ids the first comes first.
    by_id_ = records_;
    std::sort(by_id_.begin(), by_id_.end());
  }

  void count(RawCounts& counts) const {
    counts.spans += static_cast<int64_t>(records_.size());
    counts.max_spans = std::max(counts.max_spans, static_cast<int64_t>(records_.size()));
    for (size_t at = 1; at < by_id_.size(); ++at)
      counts.dup_ids += by_id_[at].id == by_id_[at - 1].id ? 1 : 0;
    bool any_error = false;
    for (const Record& record : records_) {
      const StoredSpan& span = table_.spans()[record.span];
      const bool error = failed(span);
      any_error |= error;
      counts.errors += error ? 1 : 0;
      counts.shared += span.shared ? 1 : 0;
      counts.links += span.links;
      counts.async +=
          span.kind == SpanKind::kProducer || span.kind == SpanKind::kConsumer ? 1 : 0;
      if (span.parent != 0) count_edge(span, error, counts);
      if (lacks_other_parent(span)) ++counts.orphans;
    }
    if (any_error) count_retries(counts);
  }

 private:
  struct Record {
    SpanId id;
    uint32_t span;
    friend auto operator<=>(const Record&, const Record&) = default;
  };

  bool failed(const StoredSpan& span) const {
    constexpr int kFirstServerError = 500;
    if (span.status == SpanStatus::kError) return true;
    for (const SpanTable::Attribute& attribute : table_.attributes(span)) {
      if (attribute.key != http_status_[0] && attribute.key != http_status_[1]) continue;
      const std::string_view value = table_.value(attribute);
      int status = 0;
      std::from_chars(value.data(), value.data() + value.size(), status);
      if (status >= kFirstServerError) return true;
    }
    return false;
  }

  void count_edge(const StoredSpan& span, bool error, RawCounts& counts) const {
    const auto found =
        std::lower_bound(by_id_.begin(), by_id_.end(), Record{span.parent, 0});
    if (found == by_id_.end() || found->id != span.parent) {
      ++counts.orphans;
      return;
    }
    const StoredSpan& parent = table_.spans()[found->span];
    if (error && !failed(parent)) ++counts.absorbed;
    counts.skew += span.start_ns < parent.start_ns ? 1 : 0;
    counts.outlive += span.end_ns > parent.end_ns ? 1 : 0;
  }

  /// Jaeger's spans may name several parents, also of other traces.
  bool lacks_other_parent(const StoredSpan& span) const {
    const auto links = table_.links(span);
    return std::any_of(links.begin(), links.end(), [&](const SpanLink& link) {
      return link.child_of && (link.trace != span.trace || !has(link.span));
    });
  }

  bool has(SpanId id) const {
    const auto found = std::lower_bound(by_id_.begin(), by_id_.end(), Record{id, 0});
    return found != by_id_.end() && found->id == id;
  }

  void count_retries(RawCounts& counts) const {
    const auto key = [this](const Record& record) {
      const StoredSpan& span = table_.spans()[record.span];
      return std::tuple(span.parent, span.service, span.operation);
    };
    std::vector<Record> siblings = records_;
    std::sort(siblings.begin(), siblings.end(), [&](const Record& a, const Record& b) {
      const auto first = key(a);
      const auto second = key(b);
      if (first != second) return first < second;
      const int64_t start = table_.spans()[a.span].start_ns;
      const int64_t other = table_.spans()[b.span].start_ns;
      return start != other ? start < other : a.span < b.span;
    });
    for (size_t at = 1; at < siblings.size(); ++at) {
      const StoredSpan& before = table_.spans()[siblings[at - 1].span];
      if (before.parent == 0 || key(siblings[at - 1]) != key(siblings[at])) continue;
      counts.retry += failed(before) ? 1 : 0;
    }
  }

  const SpanTable& table_;
  std::array<NameId, 2> http_status_{};
  std::vector<Record> records_;  // in order of arrival
  std::vector<Record> by_id_;
};

}  // namespace

void RawCounter::add(const SpanTable& table, std::span<const uint32_t> spans) {
  if (spans.empty()) return;
  ++counts_.traces;
  Records(table, spans).count(counts_);
  std::vector<NameId> names;
  for (const uint32_t span : spans) {
    const NameId name = table.spans()[span].service;
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const NameId name : names) {
    const std::string_view text = table.name(name);
    if (!text.empty() && services_.find(text) == services_.end()) services_.emplace(text);
  }
}

RawCounts RawCounter::counts() const {
  RawCounts counts = counts_;
  counts.services = static_cast<int64_t>(services_.size());
  return counts;
}

}  // namespace cutset::lineage
