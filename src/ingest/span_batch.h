// Spans of one message on their way into the store, and how the store keeps them: each
// span is one run of bytes with all its texts, so that taking it over is one copy.
//
// Thread rule: SpanBatch: one owner. PackedSpan: a view of bytes that do not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lineage/packed_span.h"

namespace cutset::ingest {

/// For tables in memory only: keyed by a number of this process, so that no sender can
/// choose ids that collide. Nothing may be ordered by it.
uint64_t keyed_hash(uint64_t first, uint64_t second);

using lineage::PackedSpan;

class SpanBatch : public lineage::SpanSink {
 public:
  void add(const lineage::SpanView& span) override;
  void reject(std::string_view reason) override;

  size_t spans() const { return spans_; }
  int64_t rejected() const { return rejected_; }
  const std::string& first_reason() const { return first_reason_; }
  void reserve(size_t bytes) { bytes_.reserve(bytes); }

  /// Every span in order of arrival.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    const char* at = bytes_.data();
    for (size_t i = 0; i < spans_; ++i) {
      const PackedSpan span(at);
      visit(span);
      at += span.size();
    }
  }

 private:
  std::string bytes_;
  size_t spans_ = 0;
  int64_t rejected_ = 0;
  std::string first_reason_;
};

}  // namespace cutset::ingest
